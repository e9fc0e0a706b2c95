"""server/ephemeral/budgets.py: all workers together post no more than an account may."""

import asyncio

import pytest

from server.ephemeral.budgets import Allowance, Budgets
from tests.ephemeral.conftest import House

MINUTE, DAY = Allowance("minute:1", 2, 60), Allowance("day:2026-11-25", 3, 3600)


async def takes(budgets: Budgets, count: int, *allowances: Allowance) -> list[str | None]:
    found = [await budgets.take("weibo", allowances) for _turn in range(count)]
    return [None if one is None else one.window for one in found]


async def test_a_window_that_is_used_up_is_named(house: House) -> None:
    assert await takes(Budgets(house.redis), 4, MINUTE) == [None, None, "minute:1", "minute:1"]


async def test_what_one_window_refuses_charges_no_other(house: House) -> None:
    budgets = Budgets(house.redis)
    await takes(budgets, 10, MINUTE, DAY)
    later = Allowance("minute:2", 2, 60)
    assert await takes(budgets, 2, later, DAY) == [None, "day:2026-11-25"]


async def test_workers_share_a_budget(house: House) -> None:
    budgets = [Budgets(house.redis), Budgets(house.pool()), Budgets(house.pool())]
    found = await asyncio.gather(*(one.take("weibo", (DAY,)) for one in budgets * 4))
    assert found.count(None) == DAY.limit


async def test_accounts_do_not_share_a_budget(house: House) -> None:
    budgets = Budgets(house.redis)
    await takes(budgets, 3, MINUTE)
    assert await budgets.take("wechat", (MINUTE,)) is None


async def test_a_window_is_forgotten_after_its_end(house: House) -> None:
    await takes(Budgets(house.redis), 1, Allowance("minute:1", 2, 0.001))
    await asyncio.sleep(0.05)
    assert [name async for name in house.redis.scan_iter()] == []


async def test_each_worker_counts_alone_while_redis_is_away(house: House) -> None:
    budgets = Budgets(house.redis)
    await house.kill()
    assert await takes(budgets, 3, MINUTE, DAY) == [None, None, "minute:1"]


async def test_an_account_without_a_limit_asks_nobody(house: House) -> None:
    taking = Budgets(house.redis).take("website", ())
    with pytest.raises(StopIteration) as ended:  # at its first step: it waits for nobody's answer
        taking.send(None)
    assert ended.value.value is None
