"""Arrivals that share a commit: the first to come waits for what was sent along with it, and for no more."""

import asyncio
from dataclasses import replace

import pytest

from server.core.rounds import Errand
from server.core.settlements import Settlements
from tests.house import House


async def weibo_legs(house: House, count: int) -> list[str]:
    """Release items whose pages are live, so that the posts of all are ready at once."""
    made = []
    for _item in range(count):
        seen = await house.item()
        made += (await house.release(seen.id, ("website", "weibo"))).deliveries
    for errand in await house.claim():
        await errand.run()
    return [leg.id for leg in made if leg.account == "weibo"]


async def claim_sends(house: House, *, together: float) -> list[Errand]:
    """Claim for a worker at which every commit has a second of its own."""
    place = replace(
        house.place, now=lambda: house.now.move(seconds=1), settlements=Settlements(together=together)
    )
    return [errand for errand in await house.claim(place) if errand.name.startswith("deliver")]


async def test_what_was_sent_together_is_settled_by_one_commit(house: House):
    legs = await weibo_legs(house, 2)
    sends = await claim_sends(house, together=60.0)
    await asyncio.gather(*(errand.run() for errand in sends))
    first, second = [await house.leg(leg) for leg in legs]
    assert (first.state, second.state) == ("live", "live")
    assert first.changed_at == second.changed_at


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.usefixtures("sqlite_template")
async def test_what_comes_alone_waits_for_the_others_no_longer_than_a_moment(house: House):
    legs = await weibo_legs(house, 2)
    first, _second = await claim_sends(house, together=0.0)
    await first.run()
    assert {(await house.leg(leg)).state for leg in legs} == {"live", "sending"}


@pytest.mark.parametrize("moment", ["settlements", "settling"])
async def test_a_writer_that_was_called_off_keeps_nobody_waiting(house: House, moment: str):
    """While it waits for others, and while its commit is under way."""
    legs = await weibo_legs(house, 2)
    first, second = await claim_sends(house, together=60.0 if moment == "settlements" else 0.0)
    sending = asyncio.create_task(first.run())
    async with asyncio.timeout(30):
        names = dict[str, asyncio.Task[object]]()
        while moment not in names:
            await asyncio.sleep(0)
            names = {task.get_name(): task for task in asyncio.all_tasks()}
        names["settlements"].cancel()
        await asyncio.gather(sending, second.run())
    assert [(await house.leg(leg)).state for leg in legs] == ["live", "live"]
