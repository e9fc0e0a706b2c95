"""People, and the machine, act on the same thing at the same moment: one of the two sees the other.

On SQLite the second waits for its turn; on PostgreSQL it does what it can do beside the first.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from server.core.decide import Decision, authorise, decide, set_paused
from server.core.draft import revise_item
from server.core.problems import Problem
from server.core.release import ReleaseOrder
from server.core.replace import replace_item
from server.core.verify import verify_rows
from server.core.withdraw import withdraw
from server.report.declaring import Declared, declare
from server.report.filing import Move, move
from server.security.staff import shut_out, take_role
from server.store.accounts import find_account, get_account
from server.store.deliveries import DeliverySeen
from server.store.items import get_item
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, get_person, put_grant
from server.store.tx import Tx
from tests.core.test_follow import bound
from tests.faults.test_paused import in_doubt, say
from tests.house import House

pytestmark = pytest.mark.slow

_SECONDS = 0.5
"""So long the second may do on SQLite what it can before the first commits: nothing tells of its wait."""
_IN_LINE = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")


@asynccontextmanager
async def beside(house: House, second: Callable[[], Awaitable[object]]) -> AsyncIterator[Tx]:
    """Give a transaction; before it commits the second is done or waits for it, and it ends afterwards."""
    async with house.store.begin() as tx:
        yield tx
        meanwhile = asyncio.ensure_future(second())
        if house.store.is_sqlite:
            await asyncio.wait((meanwhile,), timeout=_SECONDS)
        else:
            while not (meanwhile.done() or (await tx.execute(_IN_LINE)).scalar_one()):
                pass
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


async def test_a_figure_that_is_entered_while_the_year_is_submitted_is_refused(house: House):
    async def enter() -> None:
        figures = (Declared("items", "3", "手工台账"),)
        async with house.store.begin() as tx:
            await declare(tx, house.org, 2026, figures, by=house.author, at=house.now(), new_id=house.new_id)

    with pytest.raises(Problem, match="已经报送"):
        async with beside(house, enter) as tx:
            await move(
                tx, house.org, 2026, "submit",
                reason=None, by=house.chief, at=house.now(), new_id=house.new_id,
            )  # fmt: skip


async def test_a_year_is_not_accepted_above_while_a_part_of_it_is_sent_back(house: House):
    below = OrgRow(house.new_id(), "000000027", "某旗民政局", house.org.id)
    last_year = house.now().year - 1

    async def step(tx: Tx, org: OrgRow, step: Move, reason: str | None = None) -> None:
        await move(
            tx, org, last_year, step, reason=reason, by=house.chief, at=house.now(), new_id=house.new_id
        )

    async def accept_above() -> None:
        async with house.store.begin() as tx:
            await step(tx, house.org, "accept")

    async with house.store.begin() as tx:
        await insert_org(tx, below, at=house.now())
        for org in (below, house.org):
            await step(tx, org, "submit")
        await step(tx, below, "accept")
    with pytest.raises(Problem, match="被退回后还没有重新报送"):
        async with beside(house, accept_above) as tx:
            await step(tx, below, "return", "漏报一条")


async def test_two_items_that_take_each_others_place_at_once_make_no_circle(house: House):
    one, other = await house.item(), await house.item(document_number=None)

    async def take_its_place() -> None:
        async with house.store.begin() as tx:
            await replace_item(tx, other.id, one.id, by=house.chief, at=house.now())

    with pytest.raises(Problem, match="互相取代"):
        async with beside(house, take_its_place) as tx:
            await replace_item(tx, one.id, other.id, by=house.chief, at=house.now())


@pytest.mark.parametrize("is_shut_out", [True, False])
async def test_of_two_administrators_who_relieve_each_other_at_once_one_remains(
    house: House, is_shut_out: bool
):
    async with house.store.begin() as tx:
        for key in (house.author, house.chief):
            await put_grant(tx, key, house.org.id, "admin")
        author, chief = await get_person(tx, house.author), await get_person(tx, house.chief)

    async def relieve(tx: Tx, row: PersonRow, by: PersonRow) -> None:
        if is_shut_out:
            await shut_out(tx, row, by=by.id, at=house.now())
        else:
            await take_role(tx, row, house.org, "admin", by=by.id, at=house.now())

    async def relieve_the_other() -> None:
        async with house.store.begin() as tx:
            await relieve(tx, author, chief)

    with pytest.raises(Problem, match="刚刚被收回"):
        async with beside(house, relieve_the_other) as tx:
            await relieve(tx, chief, author)


async def test_an_account_that_is_paused_while_its_permission_comes_stays_paused(house: House):
    async with house.store.read() as tx:
        row = await find_account(tx, "weibo")
    assert row is not None

    async def permit() -> None:
        async with house.store.begin() as tx:
            await authorise(tx, row, at=house.now())

    async with beside(house, permit) as tx:
        await set_paused(tx, row, is_paused=True, at=house.now())
    async with house.store.read() as tx:
        assert (await get_account(tx, row.id)).state == "paused"
