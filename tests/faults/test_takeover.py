"""A worker was given up and another took its delivery over; then the first one comes back with an answer.

Its own clock stands still meanwhile, so it knows nothing of it: the worst kind of worker.
"""

from dataclasses import replace

import pytest

from server.core.rounds import Errand
from tests.conftest import Hand
from tests.house import House


async def taken_over(house: House, channel: str) -> tuple[str, Errand]:
    """Let one worker claim a delivery and stop, and another claim it then; give the first one's errand."""
    made = await house.item()
    await house.release(made.id, ("website",) if channel == "website" else ("website", channel))
    if channel != "website":
        (page,) = await house.claim()
        await page.run()
    slow = replace(house.workplace("slow"), now=Hand(house.now()))
    (errand,) = await house.claim(slow)
    for _look in range(2):
        house.now.move(seconds=61)
        await house.tick()
    (look,) = await house.claim()
    await look.run()
    assert (await house.states(made.id))[channel] == "ready"
    (_second,) = await house.claim()
    return made.id, errand


@pytest.mark.parametrize("channel", ["website", "weibo"])
async def test_a_worker_that_was_taken_over_settles_nothing(house: House, channel: str):
    item_id, errand = await taken_over(house, channel)
    before = (await house.legs(item_id))[channel]
    await errand.run()
    assert (await house.legs(item_id))[channel] == before
    assert ("counted", channel) not in await house.lines(item_id)


async def test_a_worker_whose_lease_is_over_sends_nothing(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    house.now.move(seconds=61)
    await errand.run()
    assert house.platform.requests["publish"] == 0
