"""A worker is killed at every step of its way, and always there is exactly one post and one ledger line.

`RUNS` bounds how many steps are tried on each database; without it a spread of them is.
"""

import os
from collections import Counter

import pytest

from server.core.verify import verify_rows
from tests.faults.conftest import Work
from tests.faults.worker import Orders
from tests.house import House

# The campaign kills with the real adapters; this one tries each step of the way by itself.
pytestmark = pytest.mark.slow
ALL = ("website", "weibo", "wechat", "feed")
STEPS = 26
"""Steps of the way of one item on four channels; `test_the_way_has_the_steps_it_had` holds this number."""


def tried_steps() -> range:
    runs = int(os.environ.get("RUNS", "8"))
    return range(1, STEPS + 1, max(1, STEPS // runs))


async def released(house: House) -> str:
    made = await house.item()
    await house.release(made.id, ALL)
    return made.id


def orders(house: House, database_url: str, die_at: int = 0) -> Orders:
    return Orders(database_url, house.now(), die_at)


async def finish(house: House, database_url: str, run_worker: Work) -> None:
    """Let other workers come by until everything has an end."""
    for _visit in range(6):
        house.now.move(seconds=90)
        assert await run_worker(orders(house, database_url)) is not None


async def test_the_way_has_the_steps_it_had(house: House, database_url: str, run_worker: Work):
    await released(house)
    steps = await run_worker(orders(house, database_url))
    assert steps is not None
    assert len(steps) == STEPS, Counter(steps)


@pytest.mark.parametrize("step", tried_steps())
async def test_a_kill_costs_nothing(house: House, database_url: str, run_worker: Work, step: int):
    item_id = await released(house)
    assert await run_worker(orders(house, database_url, step)) is None
    await finish(house, database_url, run_worker)
    assert set((await house.states(item_id)).values()) == {"live"}
    assert Counter(account for account, _mark in house.platform.posts) == dict.fromkeys(ALL, 1)
    assert await house.lines(item_id) == [
        ("counted", channel) for channel in ("feed", "item", "website", "wechat", "weibo")
    ]
    assert await verify_rows(house.store) == ()


@pytest.mark.parametrize("fate", ["drop_after", "drop_before", "hold", "busy"])
async def test_a_kill_on_top_of_a_fault_costs_nothing(
    house: House, database_url: str, run_worker: Work, fate: str
):
    item_id = await released(house)
    house.platform.next_call("ok", fate, fate, fate)
    assert await run_worker(orders(house, database_url, 14)) is None
    house.platform.held.clear()
    await finish(house, database_url, run_worker)
    house.platform.held.clear()
    await finish(house, database_url, run_worker)
    assert set((await house.states(item_id)).values()) == {"live"}
    assert Counter(account for account, _mark in house.platform.posts) == dict.fromkeys(ALL, 1)
