"""The calendar of this office: what the package knows, beneath what an operator entered.

Every process holds a copy (`LiveCalendar`) and looks at its serial now and then. Nothing goes out by a stale
copy: a gate is asked again when it opens, and the clock refreshes before it opens gates.
"""

from datetime import date, datetime, time
from types import MappingProxyType

from scheduler.notices import Notice
from scheduler.workdays import Calendar, DueDay
from server.core.acts import note
from server.core.problems import Problem
from server.store.calendars import (
    CalendarDay,
    CalendarNotice,
    Layer,
    delete_day,
    insert_notice,
    list_calendar_days,
    list_notices,
    newest_serial,
    replace_days,
)
from server.store.tx import Store, Tx


async def import_notice(
    tx: Tx, notice: Notice, layer: Layer, *, source: str, by: str | None, at: datetime
) -> CalendarNotice:
    """Put a notice into a layer: whole years replace what stood there, single days are added."""
    serial = await newest_serial(tx) + 1
    whole = tuple(sorted(notice.whole)) if layer == "national" else ()
    made = CalendarNotice(serial, layer, notice.source or source, whole, at)
    await insert_notice(tx, made, by=by)
    await replace_days(tx, made, (CalendarDay(layer, one.day, one.worked, one.name) for one in notice.days))
    await note(
        tx, "calendar.import", at=at, layer=layer, serial=serial, source=made.source, years=list(whole)
    )
    return made


async def drop_local_day(tx: Tx, day: date, *, by: str | None, at: datetime) -> CalendarNotice:
    """Take a day out of the local layer; the national one is put right by its notice, in full."""
    made = CalendarNotice(await newest_serial(tx) + 1, "local", f"删去 {day.isoformat()}", (), at)
    if not await delete_day(tx, "local", day):
        raise Problem("invalid", f"本地节日里没有 {day.isoformat()}", field="day")
    await insert_notice(tx, made, by=by)
    await note(tx, "calendar.drop", at=at, layer="local", serial=made.serial, day=day.isoformat())
    return made


async def load_calendar(tx: Tx) -> Calendar:
    """Read the calendar as it stands."""
    overlay = {one.day: one.worked for one in await list_calendar_days(tx)}  # the local layer comes last
    settled = {year for notice in await list_notices(tx) for year in notice.years}
    return Calendar(MappingProxyType(overlay), frozenset(settled))


class LiveCalendar:
    """The calendar that a running process asks; `refresh` takes over what was imported meanwhile."""

    def __init__(self) -> None:
        """Begin with the package alone."""
        self.current, self.serial = Calendar(), 0

    async def refresh(self, store: Store) -> bool:
        """Read the calendar anew if there was an import; say whether there was."""
        async with store.read() as tx:
            serial = await newest_serial(tx)
            if serial == self.serial:
                return False
            self.current, self.serial = await load_calendar(tx), serial
        return True

    def add_working_days(self, day: date, count: int, /) -> DueDay:
        """Give the `count`-th working day after `day`."""
        return self.current.add_working_days(day, count)

    def due_moment(self, day: date, count: int, clock: time, /) -> datetime:
        """Give the moment, `count` working days after `day`, at a time of day in Asia/Shanghai."""
        return self.current.due_moment(day, count, clock)

    def is_known(self, day: date, /) -> bool:
        """Say whether the notice of this day's year is known."""
        return self.current.is_known(day)

    def is_working_day(self, day: date, /) -> bool:
        """Say whether offices are open on a day."""
        return self.current.is_working_day(day)

    def spans_holiday(self, after: date, until: date, /) -> bool:
        """Say whether offices are closed on some Monday to Friday between two days."""
        return self.current.spans_holiday(after, until)
