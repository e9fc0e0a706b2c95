"""An interpretation follows its source, on all clocks and through withdrawals and restarts."""

from datetime import UTC, datetime, time, timedelta

import pytest

from server.core.follow import bind, list_follows
from server.core.problems import Problem
from server.store.due import take_due
from server.store.followups import Follow
from tests.house import House

NEXT_DAY_9 = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


async def bound(house: House, rule: str = "same_moment", **more) -> tuple[str, str]:
    """A document and its interpretation, both approved and neither released."""
    source = await house.item()
    interpretation = await house.item(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(interpretation.id, source.id, rule, **more)
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    return source.id, interpretation.id


async def sentence(house: House, item_id: str) -> str:
    async with house.store.read() as tx:
        (seen,) = await list_follows(tx, item_id, house.calendar, at=house.now())
    return seen.waits_for


async def test_an_interpretation_waits_for_its_source(house: House):
    _source, interpretation = await bound(house)
    await house.release(interpretation, ("website", "weibo"))
    await house.run_until_quiet()
    legs = await house.legs(interpretation)
    assert {leg.gate for leg in legs.values()} == {"source_live"}


async def test_at_the_same_moment_it_goes_as_soon_as_its_source_is_live(house: House):
    source, interpretation = await bound(house)
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    assert await house.states(interpretation) == {"website": "live"}


async def test_it_waits_the_working_days_it_was_told(house: House):
    source, interpretation = await bound(house, "after_working_days", working_days=1, at_clock=time(9))
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    leg = (await house.legs(interpretation))["website"]
    assert (leg.gate, leg.due_at) == ("time", NEXT_DAY_9)


async def test_it_goes_when_its_day_has_come(house: House):
    source, interpretation = await bound(house, "after_working_days", working_days=1, at_clock=time(9))
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    house.now.moment = NEXT_DAY_9
    await house.tick()
    await house.run_until_quiet()
    assert await house.states(interpretation) == {"website": "live"}


async def test_it_does_not_go_a_second_early(house: House):
    source, interpretation = await bound(house, "after_working_days", working_days=1, at_clock=time(9))
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    house.now.moment = NEXT_DAY_9 - timedelta(seconds=1)
    await house.tick()
    await house.run_until_quiet()
    assert await house.states(interpretation) == {"website": "waiting"}


async def test_a_weekend_is_no_working_day(house: House):
    house.now.moment = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)  # a Friday
    source, interpretation = await bound(house, "after_working_days", working_days=1, at_clock=time(9))
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    leg = (await house.legs(interpretation))["website"]
    assert leg.due_at == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


async def test_a_fixed_time_before_the_source_is_live_does_not_count(house: House):
    source, interpretation = await bound(house, "at_time", not_before=house.now() - timedelta(days=1))
    await house.release(interpretation)
    await house.tick()
    await house.run_until_quiet()
    assert await house.states(interpretation) == {"website": "waiting"}
    await house.release(source)
    await house.run_until_quiet()
    assert await house.states(interpretation) == {"website": "live"}


async def test_a_withdrawn_source_holds_an_interpretation_that_was_not_sent(house: House):
    source, interpretation = await bound(house, "after_working_days", working_days=1, at_clock=time(9))
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    await house.withdraw(source)
    house.now.move(days=3)
    await house.tick()
    await house.run_until_quiet()
    assert (await house.legs(interpretation))["website"].gate == "source_live"


async def test_a_source_that_returns_lets_its_interpretation_go(house: House):
    source, interpretation = await bound(house)
    await house.release(source)
    await house.run_until_quiet()
    await house.withdraw(source)
    await house.run_until_quiet()
    await house.release(interpretation)
    await house.corrected(source, title="重新发布的通知")
    await house.release(source)
    await house.run_until_quiet()
    assert await house.states(interpretation) == {"website": "live"}


async def test_both_pages_are_written_again_once_the_interpretation_is_live(house: House):
    source, interpretation = await bound(house)
    await house.release(interpretation)
    await house.release(source)
    await house.run_until_quiet()
    page = (await house.legs(source))["website"]
    async with house.store.read() as tx:
        assert page.id not in [
            stale.delivery_id
            for stale in (await take_due(tx, (), at=house.now(), until=house.now(), room=10)).stale
        ]
    assert (await house.legs(interpretation))["website"].state == "live"


async def test_one_sentence_says_what_it_waits_for(house: House):
    source, interpretation = await bound(house, "after_working_days", working_days=1, at_clock=time(9))
    assert await sentence(house, interpretation) == (
        "等待原文《关于做好医疗救助工作的通知》上线 → 原文上线后第1个工作日 09:00"
    )
    await house.release(source)
    await house.run_until_quiet()
    told = "等到11月26日（周四）09:00发布（原文上线后第1个工作日 09:00）"
    assert await sentence(house, interpretation) == told


async def test_a_day_beyond_the_known_calendar_is_marked(house: House):
    house.now.moment = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    source, interpretation = await bound(house, "after_working_days", working_days=5, at_clock=time(9))
    await house.release(source)
    await house.run_until_quiet()
    assert "暂定" in await sentence(house, interpretation)


@pytest.mark.parametrize(("kind", "other"), [("news", "policy"), ("interpretation", "notice")])
async def test_only_an_interpretation_follows_only_a_document(house: House, kind: str, other: str):
    follower, source = await house.item(kind=kind), await house.item(kind=other)
    follow = Follow(follower.id, source.id, "same_moment")
    with pytest.raises(Problem) as refused:
        async with house.store.begin() as tx:
            await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    assert refused.value.code == "wrong_state"
