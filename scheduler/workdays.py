"""Working days in Asia/Shanghai, in which the limits of the 条例 and interpretations are counted.

The State Council moves weekends every year by a notice, so Monday to Friday is wrong; the notice of the next
year comes in November, so a day beyond the known years is provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PACKAGE_YEARS: Final = frozenset(range(min(holidays).year, max(holidays).year + 1))
"""Years whose notice stands in the package; it raises beyond them."""

_MOST_DAYS: Final = 1000  # four years; more is a slip of the pen
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class DueDay:
    """The day something is due; provisional while the notice of its year is not known."""

    day: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Says which days are worked. What an operator entered goes before the package.

    `overlay` maps a day to whether it is worked: a notice within the year (the May holiday of 2019), a local
    holiday, next year's notice. `settled` names years that the overlay knows in full.
    """

    overlay: Mapping[date, bool] = field(default_factory=lambda: MappingProxyType({}))
    settled: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Say whether offices work on this day."""
        entered = self.overlay.get(day)
        if entered is not None:
            return entered
        if day.year in PACKAGE_YEARS:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < _SATURDAY

    def is_known(self, day: date) -> bool:
        """Say whether the notice of this day's year is known."""
        return day in self.overlay or day.year in PACKAGE_YEARS or day.year in self.settled

    def add_working_days(self, day: date, count: int) -> DueDay:
        """Give the `count`-th working day after `day`, which is itself not counted (条例 Art. 26).

        0 gives `day` itself or, when that is a day off, the next day worked.
        """
        if not 0 <= count <= _MOST_DAYS:
            raise ValueError(f"working days must be 0..{_MOST_DAYS}, not {count}")
        known, left = self.is_known(day), count
        if left == 0 and not self.is_working_day(day):
            left = 1
        while left:
            day += timedelta(days=1)
            known = known and self.is_known(day)
            left -= self.is_working_day(day)
        return DueDay(day, provisional=not known)

    def due_moment(self, day: date, count: int, clock: time) -> datetime:
        """Give the moment, in UTC, at which it is `clock` in Shanghai on the due day."""
        due = self.add_working_days(day, count).day
        return datetime.combine(due, clock.replace(tzinfo=None), SHANGHAI).astimezone(UTC)
