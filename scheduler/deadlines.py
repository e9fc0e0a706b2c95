"""The limits of the law as data and as days; see RULES.md beside this file for the sources."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from scheduler.workdays import Calendar, DueDay

DISCLOSURE_WORKING_DAYS: Final = 20
"""条例 Art. 26 (2019), 条例 Art. 18 (2008): from the day it was formed or changed."""

INTERPRETATION_WORKING_DAYS: Final = 3
"""国办发〔2016〕80号 as local rules repeat it: at the latest three working days after the document."""

NEWS_SILENCE: Final = timedelta(days=14)
"""国办秘函〔2019〕19号: two weeks without an item in a news column or on an account."""

NEWS_SILENCE_WARNING: Final = timedelta(days=10)
"""Our own margin: sites failed just below the printed limits."""

POLICY_SILENCE_MONTHS: Final = 6
"""国办秘函〔2019〕19号: six months without an item in a column of notices or policy documents."""

ZOMBIE_MONTHS: Final = 3
"""Our own line: 国办发〔2018〕123号 names 僵尸 accounts without a number."""

ORDINANCE_OF_2019: Final = date(2019, 5, 15)
"""The day the present 条例 came into force."""

Organ = Literal["department", "government"]


@dataclass(frozen=True, slots=True)
class ReportLimit:
    """When the annual report of a year must be public, and the last day on which somebody can still do it."""

    report_year: int
    limit: date
    last_working_day: DueDay


def disclosure_due(formed_on: date, calendar: Calendar) -> DueDay:
    """Give the last day for making public what was formed or changed on a day."""
    return calendar.add_working_days(formed_on, DISCLOSURE_WORKING_DAYS)


def interpretation_due(live_on: date, calendar: Calendar) -> DueDay:
    """Give the last day for the interpretation of a document that went live on a day."""
    return calendar.add_working_days(live_on, INTERPRETATION_WORKING_DAYS)


def report_day(report_year: int, organ: Organ) -> date:
    """Give the day until which an annual report must be public: 31 January or 31 March (条例 Art. 49).

    Before the present 条例 every organ had until 31 March (条例 2008 Art. 31).
    """
    first = date(report_year + 1, 1, 31)
    early = organ == "department" and first >= ORDINANCE_OF_2019
    return first if early else date(report_year + 1, 3, 31)


def report_limit(report_year: int, organ: Organ, calendar: Calendar) -> ReportLimit:
    """Give the limit of an annual report, and the last day on which offices work before it."""
    limit = report_day(report_year, organ)
    return ReportLimit(report_year, limit, calendar.last_working_day(limit))


def months_before(day: date, months: int) -> date:
    """Give the same day some months earlier, or the last day of that month where it has no such day."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
