"""server/watch/shifts.py: which terms a notice moves is told before it is taken over, and changes nothing."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from scheduler.notices import read_notice
from server.core.calendar import import_notice, load_calendar
from server.core.follow import bind
from server.core.recount import recount
from server.store.calendars import Layer, list_notices
from server.store.followups import Follow
from server.store.obligations import find_obligation
from server.watch.shifts import Outlook, foresee
from tests.house import House

OFF_TOMORROW = ("2026-11-26",)


def a_notice(off: Iterable[str], **more: object) -> bytes:
    return json.dumps({"off_days": list(off), **more}).encode()


async def told(house: House, off: Iterable[str], layer: Layer = "local", **more: object) -> Outlook:
    notice = read_notice(a_notice(off, **more))
    return await foresee(house.store, notice, layer, source="通知", at=house.now())


def moves(outlook: Outlook) -> list[tuple[str, str, date, date]]:
    return [(one.kind, one.title, one.before.day, one.after.day) for one in outlook.shifts]


async def test_the_term_of_a_document_without_interpretation_moves_with_a_local_holiday(house: House):
    made = await house.published(title="救助办法")  # Wednesday: three working days end on Monday
    outlook = await told(house, OFF_TOMORROW)
    assert moves(outlook) == [("obligation", "救助办法", date(2026, 11, 30), date(2026, 12, 1))]
    assert outlook.days == ((date(2026, 11, 26), False),)
    assert outlook.shifts[0].item_id == made.id


async def test_looking_changes_nothing_and_the_import_does_what_was_told(house: House):
    made = await house.published(title="救助办法")
    outlook = await told(house, OFF_TOMORROW)
    async with house.store.read() as tx:
        assert await list_notices(tx) == ()
        calendar = await load_calendar(tx)
        assert calendar.is_working_day(date(2026, 11, 26))
        before = await find_obligation(tx, made.id)
    assert before is not None
    assert before.due_on == outlook.shifts[0].before.day
    async with house.store.begin() as tx:
        await import_notice(
            tx, read_notice(a_notice(OFF_TOMORROW)), "local", source="通知", by=None, at=house.now()
        )
    async with house.store.read() as tx:
        calendar = await load_calendar(tx)
    await recount(house.store, calendar, at=house.now())
    async with house.store.read() as tx:
        after = await find_obligation(tx, made.id)
    assert after is not None
    assert after.due_on == outlook.shifts[0].after.day


async def test_an_interpretation_that_waits_for_a_planned_document_moves_to_another_moment(house: House):
    source = await house.item(title="办法")
    await house.release(source.id, not_before=house.now() + timedelta(hours=1))
    item = await house.item(kind="interpretation", column="zcjd", title="解读", document_number=None)
    follow = Follow(item.id, source.id, "after_working_days", working_days=1, at_clock=time(9))
    async with house.store.begin() as tx:
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(item.id)
    (shift,) = (await told(house, OFF_TOMORROW)).shifts
    assert (shift.kind, shift.title) == ("follow", "解读")
    assert (shift.before.at, shift.after.at) == (
        datetime.fromisoformat("2026-11-26T09:00:00+08:00"),
        datetime.fromisoformat("2026-11-27T09:00:00+08:00"),
    )


async def test_an_interpretation_of_a_document_nobody_released_has_no_term_to_move(house: House):
    source = await house.item(title="办法")
    item = await house.item(kind="interpretation", column="zcjd", title="解读", document_number=None)
    follow = Follow(item.id, source.id, "after_working_days", working_days=1, at_clock=time(9))
    async with house.store.begin() as tx:
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(item.id)
    assert (await told(house, OFF_TOMORROW)).moved == 0


async def test_the_limit_for_making_public_moves_for_what_is_not_public_yet(house: House):
    await house.item(title="未公开", formed_on=date(2026, 11, 24))
    outlook = await told(house, OFF_TOMORROW)
    assert moves(outlook) == [("disclosure", "未公开", date(2026, 12, 22), date(2026, 12, 23))]


async def test_the_last_working_day_before_the_yearly_report_moves_and_a_known_year_settles_terms(
    house: House,
):
    whole = ("2027-01-01", "2027-01-29", "2027-05-01", "2027-10-01")
    outlook = await told(house, whole, "national", year=2027)
    assert moves(outlook) == [("report", "2026年度报告（部门）", date(2027, 1, 29), date(2027, 1, 28))]
    assert not outlook.shifts[0].after.is_provisional
    assert (outlook.made.years, outlook.settled) == ((2027,), 1)  # 31 March stays, provisional no more


async def test_a_year_arranged_anew_gives_back_the_days_that_the_package_had_off(house: House):
    outlook = await told(house, ("2026-01-01", "2026-05-01", "2026-10-01"), "national", year=2026)
    assert (date(2026, 10, 2), True) in outlook.days
    assert (date(2026, 10, 1), False) not in outlook.days
