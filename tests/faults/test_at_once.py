"""People, and the machine, act on the same thing at the same moment: one of the two sees the other.

On SQLite the second waits for its turn; on PostgreSQL it does what it can do beside the first.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from server.core.decide import Decision, decide
from server.core.draft import revise_item
from server.core.problems import Problem
from server.core.release import ReleaseOrder
from server.core.verify import verify_rows
from server.core.withdraw import withdraw
from server.store.deliveries import DeliverySeen
from server.store.items import get_item
from server.store.tx import Tx
from tests.core.test_follow import bound
from tests.faults.test_paused import in_doubt, say
from tests.house import House

pytestmark = pytest.mark.slow

_SECONDS = 0.5
"""So long the second may do what it can before the first commits."""


@asynccontextmanager
async def beside(house: House, second: Callable[[], Awaitable[object]]) -> AsyncIterator[Tx]:
    """Give a transaction; before it commits the second has begun, and it ends afterwards."""
    async with house.store.begin() as tx:
        yield tx
        meanwhile = asyncio.ensure_future(second())
        await asyncio.wait((meanwhile,), timeout=_SECONDS)
    await meanwhile


async def test_what_a_person_says_is_there_at_the_moment_of_a_withdrawal_is_his_to_take_down(house: House):
    """He gave its address alone, by which no call can delete it."""
    leg = await in_doubt(house)
    there = Decision("it_is_there", link="http://weibo.invalid/1")
    async with beside(house, lambda: house.withdraw(leg.item_id)) as tx:
        await decide(tx, leg.id, there, house.bench, house.open_channel, by=house.chief, at=house.now())
    await house.run_until_quiet()
    assert await house.states(leg.item_id) == {"website": "withdrawn", "weibo": "withdraw_by_hand"}


async def test_twenty_people_who_decide_at_once_make_one_decision(house: House):
    leg = await in_doubt(house)
    there = Decision("it_is_there", link="http://weibo.invalid/1")
    decisions = [there if number % 2 else Decision("it_is_not_there") for number in range(20)]
    came = await asyncio.gather(*(say(house, leg, one) for one in decisions), return_exceptions=True)
    decided = [one for one in came if isinstance(one, DeliverySeen)]
    refused = {getattr(one, "code", one) for one in came if not isinstance(one, DeliverySeen)}
    assert (len(decided), refused <= {"wrong_state", "lost_race"}) == (1, True), refused
    await house.run_until_quiet()
    assert (await house.states(leg.item_id))["weibo"] == "live"
    assert await verify_rows(house.store) == ()


async def test_twenty_people_who_write_the_next_version_at_once_write_it_or_are_told_why_not(house: House):
    made = await house.published()

    async def write(title: str) -> None:
        async with house.store.begin() as tx:
            await revise_item(
                tx, made.id, house.draft(title=title), by=house.author, at=house.now(), new_id=house.new_id
            )

    came = await asyncio.gather(*(write(f"第{n}人的标题") for n in range(20)), return_exceptions=True)
    assert [one for one in came if one is not None and not isinstance(one, Problem)] == []
    assert None in came


async def test_a_release_beside_a_withdrawal_is_withdrawn_or_brings_the_item_back(house: House):
    made = await house.published()
    await house.corrected(made.id, title="更正后的标题")
    async with beside(house, lambda: house.release(made.id)) as tx:
        await withdraw(tx, made.id, "内容有误", house.bench, at=house.now())
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "live"}
    async with house.store.read() as tx:
        assert (await get_item(tx, made.id)).withdrawn_at is None


async def test_a_withdrawal_beside_a_release_takes_that_release_back(house: House):
    made = await house.published()
    await house.corrected(made.id, title="更正后的标题")
    examined = await house.examiner.examine(made.id, at=house.now())
    async with beside(house, lambda: house.withdraw(made.id)) as tx:
        await house.release_in(tx, ReleaseOrder(made.id, ("website",)), examined)
    await house.run_until_quiet()
    async with house.store.read() as tx:
        assert (await get_item(tx, made.id)).withdrawn_at is not None
    assert set((await house.states(made.id)).values()) <= {"withdrawn", "cancelled"}
    assert house.platform.posts == []


async def test_a_source_withdrawn_while_its_interpretation_is_released_holds_it(house: House):
    source, interpretation = await bound(house)
    await house.release(source)
    await house.run_until_quiet()
    examined = await house.examiner.examine(interpretation, at=house.now())
    async with beside(house, lambda: house.withdraw(source)) as tx:
        await house.release_in(tx, ReleaseOrder(interpretation, ("website",)), examined)
    await house.run_until_quiet()
    legs = await house.legs(interpretation)
    assert {leg.gate for leg in legs.values()} == {"source_live"}


async def test_an_interpretation_released_while_its_source_is_withdrawn_waits_for_it(house: House):
    source, interpretation = await bound(house)
    await house.release(source)
    await house.run_until_quiet()
    async with beside(house, lambda: house.release(interpretation)) as tx:
        await withdraw(tx, source, "内容有误", house.bench, at=house.now())
    await house.run_until_quiet()
    legs = await house.legs(interpretation)
    assert {leg.gate for leg in legs.values()} == {"source_live"}
