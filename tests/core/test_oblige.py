"""A document that must be interpreted has a term from the day it is live, whether or not a draft exists."""

from datetime import UTC, date, datetime

import pytest

from server.core.follow import bind
from server.store.followups import Follow
from server.store.obligations import Obligation, find_obligation
from tests.house import House


async def of(house: House, source_id: str) -> Obligation | None:
    async with house.store.read() as tx:
        return await find_obligation(tx, source_id)


async def interpreted(house: House, source_id: str, **changes) -> str:
    made = await house.item(kind="interpretation", title="解读", column="zcjd", **changes)
    async with house.store.begin() as tx:
        follow = Follow(made.id, source_id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    return made.id


async def live(house: House, item_id: str) -> None:
    await house.release(item_id)
    await house.run_until_quiet()


async def test_a_document_that_goes_live_must_be_interpreted_within_three_working_days(house: House):
    house.now.moment = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)  # before National Day
    source = await house.published()
    found = await of(house, source.id)
    assert found is not None
    assert (found.live_on, found.due_on, found.met_at) == (date(2026, 9, 29), date(2026, 10, 9), None)


async def test_a_term_in_a_year_without_a_notice_is_provisional(house: House):
    house.now.moment = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    found = await of(house, (await house.published()).id)
    assert found is not None
    assert found.is_provisional


async def test_a_draft_opens_nothing(house: House):
    assert await of(house, (await house.item()).id) is None


@pytest.mark.parametrize("changes", [{"kind": "news"}, {"kind": "notice"}, {"genre": "批复"}])
async def test_what_sets_no_policy_opens_nothing(house: House, changes: dict[str, str]):
    assert await of(house, (await house.published(**changes)).id) is None


async def test_a_live_interpretation_meets_it(house: House):
    source = await house.published()
    interpretation = await interpreted(house, source.id)
    await live(house, interpretation)
    found = await of(house, source.id)
    assert found is not None
    assert (found.met_by, found.met_at) == (interpretation, house.now())


async def test_an_interpretation_that_was_live_before_it_was_bound_meets_it_too(house: House):
    source = await house.published()
    interpretation = await house.published(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(interpretation.id, source.id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    found = await of(house, source.id)
    assert found is not None
    assert found.met_by == interpretation.id


async def test_a_withdrawn_interpretation_opens_it_again(house: House):
    source = await house.published()
    interpretation = await interpreted(house, source.id)
    await live(house, interpretation)
    await house.withdraw(interpretation)
    found = await of(house, source.id)
    assert found is not None
    assert (found.met_by, found.held) == (None, False)


async def test_a_second_interpretation_keeps_it_met_when_the_first_is_withdrawn(house: House):
    source = await house.published()
    first, second = await interpreted(house, source.id), await interpreted(house, source.id)
    await live(house, first)
    house.now.move(hours=1)
    await live(house, second)
    await house.withdraw(first)
    found = await of(house, source.id)
    assert found is not None
    assert found.met_by == second


async def test_a_withdrawn_document_holds_it_and_a_return_takes_it_up_with_its_old_term(house: House):
    source = await house.published()
    before = await of(house, source.id)
    await house.withdraw(source.id)
    held = await of(house, source.id)
    await house.run_until_quiet()
    house.now.move(days=10)
    await house.corrected(source.id, title="重新发布的通知")
    await live(house, source.id)
    after = await of(house, source.id)
    assert before is not None
    assert held is not None
    assert after is not None
    assert (held.held, after.held, after.due_on) == (True, False, before.due_on)


async def test_an_interpretation_that_repeats_the_document_is_told_by_its_likeness(house: House):
    body = "<p>对具有本旗户籍的特困人员和低保家庭成员给予全额资助,年度限额八千元。</p>"
    source = await house.published(body_html=body)
    await live(house, await interpreted(house, source.id, body_html=body))
    found = await of(house, source.id)
    assert found is not None
    assert found.likeness == 100
