"""What an operator enters about days off, on both databases, and what is counted again because of it."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

from scheduler.notices import read_notice
from server.core.calendar import LiveCalendar, import_notice, load_calendar
from server.core.follow import bind
from server.core.recount import recount_followups, recount_obligations
from server.store.calendars import Layer, list_notices
from server.store.followups import Follow
from server.store.obligations import find_obligation
from server.store.tx import Store
from tests.conftest import Hand
from tests.house import House

WHOLE = ("2027-01-01", "2027-05-01", "2027-10-01")


async def entered(store: Store, now: Hand, layer: Layer = "national", **told: Any) -> None:
    notice = read_notice(json.dumps(told).encode())
    async with store.begin() as tx:
        await import_notice(tx, notice, layer, source="通知.json", by=None, at=now())


async def works(store: Store, day: date) -> bool:
    async with store.read() as tx:
        return (await load_calendar(tx)).is_working_day(day)


async def test_a_notice_settles_its_year(store: Store, now: Hand):
    await entered(store, now, off_days=[*WHOLE, "2027-01-04"])
    async with store.read() as tx:
        due = (await load_calendar(tx)).add_working_days(date(2026, 12, 31), 1)
    assert (str(due.day), due.provisional) == ("2027-01-05", False)


async def test_a_second_notice_takes_the_place_of_the_first(store: Store, now: Hand):
    await entered(store, now, off_days=[*WHOLE, "2027-01-04"])
    await entered(store, now, off_days=WHOLE)
    assert await works(store, date(2027, 1, 4))


async def test_single_days_are_added_to_what_stands(store: Store, now: Hand):
    await entered(store, now, off_days=[*WHOLE, "2027-01-04"])
    await entered(store, now, off_days=["2027-01-05"])
    assert not await works(store, date(2027, 1, 4))
    assert not await works(store, date(2027, 1, 5))


async def test_a_local_holiday_outlives_a_new_notice(store: Store, now: Hand):
    await entered(store, now, "local", off_days=["2027-08-16"])
    await entered(store, now, off_days=WHOLE, make_up_working_days=["2027-08-16"])
    assert not await works(store, date(2027, 8, 16))


async def test_a_local_layer_settles_no_year(store: Store, now: Hand):
    await entered(store, now, "local", off_days=WHOLE)
    async with store.read() as tx:
        assert not (await load_calendar(tx)).is_year_known(2027)
        assert [notice.years for notice in await list_notices(tx)] == [()]


async def test_a_running_process_hears_of_an_import_once(store: Store, now: Hand):
    calendar = LiveCalendar()
    assert not await calendar.refresh(store)
    await entered(store, now, off_days=[*WHOLE, "2027-01-04"])
    assert await calendar.refresh(store)
    assert not await calendar.refresh(store)
    assert not calendar.current.is_working_day(date(2027, 1, 4))


async def test_what_waits_for_a_working_day_waits_for_another_when_the_notice_comes_out(house: House):
    house.now.moment = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    calendar = LiveCalendar()
    source = await house.published()
    interpretation = await house.item(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(interpretation.id, source.id, "after_working_days", 1, time(9))
        await bind(tx, follow, calendar, by=house.author, at=house.now())
    await house.release(interpretation.id)
    before = (await house.legs(interpretation.id))["website"].due_at
    await entered(house.store, house.now, off_days=[*WHOLE, "2027-01-04"])
    await calendar.refresh(house.store)
    assert await recount_followups(house.store, calendar, at=house.now()) == 1
    after = (await house.legs(interpretation.id))["website"].due_at
    assert (before, after) == (
        datetime(2027, 1, 1, 1, 0, tzinfo=UTC),
        datetime(2027, 1, 5, 1, 0, tzinfo=UTC),
    )


async def test_the_term_of_an_open_obligation_moves_with_the_calendar_and_a_met_one_stays(house: House):
    house.now.moment = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    source = await house.published()
    await entered(house.store, house.now, off_days=[*WHOLE, "2027-01-04"])
    async with house.store.read() as tx:
        calendar = await load_calendar(tx)
    assert await recount_obligations(house.store, calendar) == 1
    async with house.store.read() as tx:
        found = await find_obligation(tx, source.id)
    assert found is not None
    assert (found.due_on, found.is_provisional) == (date(2027, 1, 7), False)
