"""Wake-ups may all get lost: the database alone says what is due."""

import asyncio
from datetime import timedelta

from server.core.rounds import open_time_gates, run_rounds
from tests.house import House

SECONDS = 60


class Deaf:
    """Wake-ups of a worker that nobody can reach."""

    async def wake(self) -> None:
        """Get lost."""

    async def wait(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)


async def until_live(house: House, item_id: str) -> None:
    """Wait until a running worker has published everything, as long as that may take."""
    async with asyncio.timeout(SECONDS):
        while set((await house.states(item_id)).values()) != {"live"}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_worker_that_nobody_wakes_finds_what_is_released(house: House):
    stop = asyncio.Event()
    worker = asyncio.create_task(run_rounds(house.place, Deaf(), slots=4, poll_seconds=0.05, stop=stop))
    await asyncio.sleep(0.2)
    made = await house.item()
    await house.release(made.id, ("website", "weibo"))
    try:
        await until_live(house, made.id)
    finally:
        stop.set()
        await worker


async def test_what_is_due_later_is_due_for_a_house_that_was_closed_in_between(house: House):
    made = await house.item()
    await house.release(made.id, not_before=house.now() + timedelta(hours=1))
    house.now.move(hours=2)
    other = house.workplace("another process")
    await open_time_gates(other)
    for errand in await house.claim(other):
        await errand.run()
    assert await house.states(made.id) == {"website": "live"}
