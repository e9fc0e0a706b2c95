"""Working days in Asia/Shanghai, in which the limits of the 条例 and interpretations are counted.

The State Council moves weekends every year by a notice, so Monday to Friday is wrong; the notice of the next
year comes in November, so a day beyond the known years is provisional.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import Holiday, holidays

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PACKAGE_YEARS: Final = frozenset(range(min(holidays).year, max(holidays).year + 1))
"""Years whose notice stands in the package; it raises beyond them."""

MOST_DAYS: Final = 1000  # four years; more is a slip of the pen
_SATURDAY: Final = 5
_NOVEMBER: Final = 11


@dataclass(frozen=True, slots=True)
class DueDay:
    """The day something is due; provisional while the notice of its year is not known."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Says which days are worked. What an operator entered goes before the package.

    `overlay` maps a day to whether it is worked: a notice within the year (the May holiday of 2019), a local
    holiday, next year's notice. `settled` names years that the overlay knows in full; the package is not
    asked about them, because a second notice may have taken back what it says.
    """

    overlay: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    settled: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Say whether offices work on this day."""
        entered = self.overlay.get(day)
        if entered is not None:
            return entered
        if day.year in PACKAGE_YEARS and day.year not in self.settled:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < _SATURDAY

    def is_known(self, day: date) -> bool:
        """Say whether the notice of this day's year is known."""
        return day in self.overlay or self.is_year_known(day.year)

    def is_year_known(self, year: int) -> bool:
        """Say whether the whole arrangement of a year is known."""
        return year in PACKAGE_YEARS or year in self.settled

    def add_working_days(self, day: date, count: int) -> DueDay:
        """Give the `count`-th working day after `day`, which is itself not counted (条例 Art. 26).

        0 gives `day` itself or, when that is a day off, the next day worked. A day typed at the end of
        the calendar has no later one: the term ends there.
        """
        if not 0 <= count <= MOST_DAYS:
            raise ValueError(f"working days must be 0..{MOST_DAYS}, not {count}")
        known, left = self.is_known(day), count
        if left == 0 and not self.is_working_day(day):
            left = 1
        while left and day < date.max:
            day += timedelta(days=1)
            known = known and self.is_known(day)
            left -= self.is_working_day(day)
        return DueDay(day, provisional=not known)

    def last_working_day(self, day: date) -> DueDay:
        """Give `day` or, when it is a day off, the last day worked before it."""
        known = self.is_known(day)
        while not self.is_working_day(day):
            day -= timedelta(days=1)
            known = known and self.is_known(day)
        return DueDay(day, provisional=not known)

    def count_working_days(self, after: date, until: date) -> int:
        """Count the days worked behind `after` up to and with `until`; 0 when that is no later."""
        span = range(1, (until - after).days + 1)
        return sum(self.is_working_day(after + timedelta(days=n)) for n in span)

    def due_moment(self, day: date, count: int, clock: time) -> datetime:
        """Give the moment, in UTC, at which it is `clock` in Shanghai on the due day."""
        due = self.add_working_days(day, count).day
        return datetime.combine(due, clock.replace(tzinfo=None), SHANGHAI).astimezone(UTC)

    def spans_holiday(self, after: date, until: date) -> bool:
        """Say whether offices are closed on some Monday to Friday between two days: more than a weekend."""
        between = (after + timedelta(days=n) for n in range(1, (until - after).days))
        return any(day.weekday() < _SATURDAY and not self.is_working_day(day) for day in between)

    def exceptions_of(self, year: int) -> Iterator[tuple[date, bool]]:
        """Give the days of a year that are not as a plain week has them, with whether they are worked."""
        day = date(year, 1, 1)
        while day.year == year:
            worked = self.is_working_day(day)
            if worked != (day.weekday() < _SATURDAY):
                yield day, worked
            day += timedelta(days=1)

    def unknown_years(self, today: date) -> tuple[int, ...]:
        """Give the years that should be known by now and are not: this one, and the next from November on."""
        wanted = (today.year,) if today.month < _NOVEMBER else (today.year, today.year + 1)
        return tuple(year for year in wanted if not self.is_year_known(year))


def holiday_name(day: date) -> str:
    """Give the holiday that a day belongs to by the package, a day made up for it too; "" for a plain day."""
    if day.year not in PACKAGE_YEARS:
        return ""
    _is_off, name = chinese_calendar.get_holiday_detail(day)
    return "" if name is None else str(Holiday(name).chinese)
