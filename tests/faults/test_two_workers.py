"""Several workers on one database share the work: nothing is lost, nothing is posted twice."""

import asyncio
from collections import Counter

from server.core.verify import verify_rows
from tests.faults.conftest import Work
from tests.faults.worker import Orders
from tests.house import House

ALL = ("website", "weibo", "wechat", "feed")
ITEMS = 12


async def test_three_worker_processes_share_the_work(house: House, database_url: str, run_worker: Work):
    items = [await house.item(title=f"第{n}条") for n in range(ITEMS)]
    for item in items:
        await house.release(item.id, ALL)
    for _visit in range(4):
        orders = Orders(database_url, house.now.move(seconds=90), 0, rounds=200)
        ways = await asyncio.gather(*(run_worker(orders) for _worker in range(3)))
        assert None not in ways
    assert {state for item in items for state in (await house.states(item.id)).values()} == {"live"}
    assert Counter(house.platform.posts).most_common(1)[0][1] == 1
    assert len(house.platform.posts) == ITEMS * len(ALL)
    assert house.platform.requests["publish"] == ITEMS * len(ALL)
    assert await verify_rows(house.store) == ()


async def test_workers_that_die_in_turn_lose_nothing(house: House, database_url: str, run_worker: Work):
    items = [await house.item(title=f"第{n}条") for n in range(4)]
    for item in items:
        await house.release(item.id, ALL)
    for step in (3, 8, 13, 18, 23):
        orders = [Orders(database_url, house.now.move(seconds=90), die_at) for die_at in (step, step + 2)]
        await asyncio.gather(*(run_worker(order) for order in orders))
    for _visit in range(6):
        await run_worker(Orders(database_url, house.now.move(seconds=90), 0, rounds=200))
    assert {state for item in items for state in (await house.states(item.id)).values()} == {"live"}
    assert Counter(house.platform.posts).most_common(1)[0][1] == 1
    assert len(house.platform.posts) == len(items) * len(ALL)
    assert await verify_rows(house.store) == ()
