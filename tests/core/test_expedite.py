"""Hours of an account, embargoes, and the urgent release, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from server.core.expedite import expedite, forbid_until, hold_outside_hours, keep_hours
from server.core.problems import Problem
from server.core.reschedule import reschedule
from server.store.accounts import find_account
from server.store.gates import list_late_marks, list_urgent
from tests.house import House


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


EVENING, MORNING = beijing("2026-11-25T23:00"), beijing("2026-11-26T08:00")


async def hours(house: House, window: str | None, slug: str = "weibo") -> None:
    async with house.store.begin() as tx:
        account = await find_account(tx, slug)
        assert account is not None
        await keep_hours(tx, account, window, house.calendar, at=house.now())


async def hurry(house: House, item_id: str) -> None:
    async with house.store.begin() as tx:
        await expedite(tx, item_id, "暴雪预警", house.calendar, by=house.chief, at=house.now())


async def forbid(house: House, item_id: str, until: datetime | None) -> None:
    async with house.store.begin() as tx:
        await forbid_until(tx, item_id, until, "上级要求", house.calendar, by=house.chief, at=house.now())


async def at_work(house: House) -> None:
    await house.tick()
    await hold_outside_hours(house.store, house.calendar, at=house.now())
    await house.run_until_quiet()


async def released_at_night(house: House) -> str:
    house.now.moment = EVENING
    made = await house.item()
    await house.release(made.id, ("website", "weibo"))
    await at_work(house)
    return made.id


async def test_at_night_the_page_goes_live_and_weibo_waits_for_the_morning(house: House):
    await hours(house, "08:00-22:00")
    made = await released_at_night(house)
    leg = (await house.legs(made))["weibo"]
    assert (await house.states(made))["website"] == "live"
    assert (leg.gate, leg.due_at) == ("slot", MORNING)


async def test_in_the_morning_it_goes(house: House):
    await hours(house, "08:00-22:00")
    made = await released_at_night(house)
    house.now.moment = MORNING
    await at_work(house)
    assert (await house.states(made))["weibo"] == "live"


async def test_what_was_ready_when_the_hours_ended_waits(house: House):
    await hours(house, "08:00-22:00")
    house.now.moment = EVENING - timedelta(hours=1, minutes=1)
    made = await house.item()
    house.platform.next_call("ok", "busy")
    await house.release(made.id, ("website", "weibo"))
    await at_work(house)
    assert (await house.states(made.id))["weibo"] == "retry_wait"
    house.now.moment = EVENING
    await at_work(house)
    leg = (await house.legs(made.id))["weibo"]
    assert (leg.state, leg.gate, leg.due_at) == ("waiting", "slot", MORNING)


async def test_hours_taken_away_let_go_what_waited(house: House):
    await hours(house, "08:00-22:00")
    made = await released_at_night(house)
    await hours(house, None)
    await at_work(house)
    assert (await house.states(made))["weibo"] == "live"


async def test_an_urgent_release_passes_over_the_hours_and_leaves_a_mark(house: House):
    await hours(house, "08:00-22:00")
    made = await released_at_night(house)
    release_id = (await house.legs(made))["weibo"].release_id
    await hurry(house, made)
    await at_work(house)
    assert (await house.states(made))["weibo"] == "live"
    async with house.store.read() as tx:
        assert await list_urgent(tx, frozenset({release_id})) == {release_id: "暴雪预警"}


async def test_an_urgent_release_goes_before_its_time(house: House):
    made = await house.item()
    await house.release(made.id, not_before=house.now() + timedelta(days=3))
    await hurry(house, made.id)
    await at_work(house)
    assert await house.states(made.id) == {"website": "live"}


async def test_nothing_planned_cannot_be_urgent(house: House):
    made = await house.published()
    with pytest.raises(Problem, match="没有等待发布"):
        await hurry(house, made.id)


async def test_an_embargo_holds_what_is_released_after_it_and_urgency_does_not_lift_it(house: House):
    made = await house.item()
    until = house.now() + timedelta(days=2)
    await forbid(house, made.id, until)
    await house.release(made.id)
    leg = (await house.legs(made.id))["website"]
    assert (leg.gate, leg.due_at) == ("time", until)
    with pytest.raises(Problem, match="禁止发布"):
        await hurry(house, made.id)


async def test_an_embargo_holds_what_was_planned_before_it_and_a_lifted_one_lets_go(house: House):
    made = await house.item()
    await house.release(made.id, not_before=house.now() + timedelta(hours=1))
    await forbid(house, made.id, house.now() + timedelta(days=2))
    house.now.move(hours=2)
    await at_work(house)
    assert await house.states(made.id) == {"website": "waiting"}
    await forbid(house, made.id, None)
    await at_work(house)
    assert await house.states(made.id) == {"website": "live"}


async def test_a_release_is_not_moved_before_the_end_of_its_embargo(house: House):
    made = await house.item()
    until = house.now() + timedelta(days=2)
    await forbid(house, made.id, until)
    await house.release(made.id, not_before=house.now() + timedelta(days=3))
    planned = (await house.legs(made.id))["website"].due_at
    with pytest.raises(Problem, match="前禁止发布") as refused:
        async with house.store.begin() as tx:
            await reschedule(tx, made.id, house.now() + timedelta(hours=1), house.calendar, at=house.now())
    assert refused.value.code == "too_early"
    async with house.store.begin() as tx:
        await reschedule(tx, made.id, until, house.calendar, at=house.now())
    assert planned != (await house.legs(made.id))["website"].due_at == until


async def test_an_embargo_in_the_past_is_refused(house: House):
    made = await house.item()
    with pytest.raises(Problem, match="在将来"):
        await forbid(house, made.id, house.now())


async def test_what_opens_in_time_has_no_mark_and_what_opens_after_a_stop_is_marked_late(house: House):
    first, second = await house.item(), await house.item(document_number=None)
    due = house.now() + timedelta(hours=1)
    await house.release(first.id, not_before=due)
    await house.release(second.id, not_before=due + timedelta(hours=1))
    house.now.moment = due + timedelta(seconds=10)
    await at_work(house)
    house.now.moment = due + timedelta(days=3)
    await at_work(house)
    async with house.store.read() as tx:
        (mark,) = await list_late_marks(tx, frozenset({house.org.id}), 10)
    assert (mark.item_id, mark.due_at, mark.opened_at) == (second.id, due + timedelta(hours=1), house.now())
