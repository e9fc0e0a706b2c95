"""A worker that is told to stop ends in bounded time: what is under way is finished, or handed back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.core.rounds import run_rounds
from server.core.verify import verify_rows
from tests.faults.test_lost_wakeups import Deaf
from tests.house import House


@asynccontextmanager
async def stopping(
    house: House, fate: str, finish_seconds: float, hurry: asyncio.Event | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Let a worker send one item to a platform that does not answer yet, then tell it to stop."""
    house.platform.next_call(fate)
    stop = asyncio.Event()
    worker = asyncio.create_task(
        run_rounds(
            house.place,
            Deaf(),
            slots=4,
            poll_seconds=0.05,
            stop=stop,
            finish_seconds=finish_seconds,
            hurry=hurry,
        )
    )
    while not house.platform.requests["publish"]:  # noqa: ASYNC110 -- nothing tells from outside
        await asyncio.sleep(0.01)
    stop.set()
    yield worker
    await worker


async def test_what_a_platform_answers_in_time_is_settled(house: House):
    made = await house.item()
    await house.release(made.id, ("website",))
    async with stopping(house, "stall", finish_seconds=20):
        house.platform.go_on.set()
    assert await house.states(made.id) == {"website": "live"}
    assert len(house.platform.posts) == house.platform.requests["publish"] == 1


@pytest.mark.parametrize(("fate", "sent"), [("take_and_stall", 1), ("stall", 2)])
async def test_what_hangs_is_handed_back_and_looked_for_at_once(house: House, fate: str, sent: int):
    """The platform has the post, or dropped it with the call: a look tells them apart before we send."""
    made = await house.item()
    await house.release(made.id, ("website",))
    async with asyncio.timeout(30), stopping(house, fate, finish_seconds=0.1):
        pass
    assert await house.states(made.id) == {"website": "sending"}  # cut off, not ended by the call's own limit
    # No lease has to run out: the very next tick finds that nobody knows what came of it.
    await house.tick()
    assert await house.states(made.id) == {"website": "unknown"}
    other = house.workplace("another process")
    for _visit in range(4):
        for errand in await house.claim(other):
            await errand.run()
        house.now.move(minutes=3)
        await house.tick()
    assert await house.states(made.id) == {"website": "live"}
    assert (len(house.platform.posts), house.platform.requests["publish"]) == (1, sent)
    assert await verify_rows(house.store) == ()


async def test_somebody_who_waits_is_not_kept_by_a_platform_that_hangs(house: House):
    made = await house.item()
    await house.release(made.id, ("website",))
    hurry = asyncio.Event()
    async with asyncio.timeout(30), stopping(house, "take_and_stall", finish_seconds=600, hurry=hurry):
        await asyncio.sleep(0.05)
        hurry.set()
    assert await house.states(made.id) == {"website": "sending"}
    await house.tick()
    assert await house.states(made.id) == {"website": "unknown"}
