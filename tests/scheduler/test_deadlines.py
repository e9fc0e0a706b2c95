from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.deadlines import disclosure_due, interpretation_due, months_before, report_limit
from scheduler.workdays import Calendar, DueDay

CALENDAR = Calendar()

# Report year, limit and last day worked; the Spring Festival of 2020 and of 2025 lies over 31 January.
DEPARTMENTS = [
    (2019, "2020-01-31", "2020-01-23"),
    (2020, "2021-01-31", "2021-01-29"),
    (2021, "2022-01-31", "2022-01-30"),  # a Sunday that was worked
    (2022, "2023-01-31", "2023-01-31"),
    (2024, "2025-01-31", "2025-01-27"),
    (2025, "2026-01-31", "2026-01-30"),
]
COUNTY = [
    (2017, "2018-03-31", "2018-03-30"),
    (2018, "2019-03-31", "2019-03-29"),
    (2019, "2020-03-31", "2020-03-31"),
    (2023, "2024-03-31", "2024-03-29"),
    (2025, "2026-03-31", "2026-03-31"),
]
# Counted by hand from the notices of the State Council: day of formation, third and twentieth working day.
TERMS = [
    ("2017-01-20", "2017-01-24", "2017-02-22"),  # Sunday 22 January was worked
    ("2018-02-08", "2018-02-12", "2018-03-13"),  # Sunday 11 and Saturday 24 February were worked
    ("2018-09-28", "2018-10-08", "2018-10-31"),  # Saturday 29 and Sunday 30 September were worked
    ("2019-04-26", "2019-04-30", "2019-05-27"),  # a second notice lengthened the holiday of May
    ("2024-02-05", "2024-02-08", "2024-03-08"),  # Sunday 18 February was worked
    ("2025-01-20", "2025-01-23", "2025-02-21"),  # Sunday 26 January was worked
    ("2026-02-10", "2026-02-13", "2026-03-16"),  # Saturday 14 and 28 February are worked
]
WORKED = {
    2017: 249, 2018: 250, 2019: 250, 2020: 249, 2021: 250,
    2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248,
}  # fmt: skip


@pytest.mark.parametrize(("year", "limit", "last"), DEPARTMENTS)
def test_a_department_reports_by_the_end_of_january(year: int, limit: str, last: str) -> None:
    found = report_limit(year, "department", CALENDAR)
    assert (str(found.limit), str(found.last_working_day.day)) == (limit, last)


@pytest.mark.parametrize(("year", "limit", "last"), COUNTY)
def test_the_county_reports_by_the_end_of_march(year: int, limit: str, last: str) -> None:
    found = report_limit(year, "government", CALENDAR)
    assert (str(found.limit), str(found.last_working_day.day)) == (limit, last)


@pytest.mark.parametrize("year", [2016, 2017, 2018])
def test_before_the_present_ordinance_departments_had_until_march_too(year: int) -> None:
    assert report_limit(year, "department", CALENDAR).limit == date(year + 1, 3, 31)


def test_a_limit_in_a_year_without_a_notice_is_provisional() -> None:
    sunday = report_limit(2026, "department", CALENDAR)
    assert sunday.last_working_day == DueDay(date(2027, 1, 29), provisional=True)


@pytest.mark.parametrize(("formed", "third", "twentieth"), TERMS)
def test_disclosure_has_twenty_working_days_and_an_interpretation_three(
    formed: str, third: str, twentieth: str
) -> None:
    day = date.fromisoformat(formed)
    assert str(interpretation_due(day, CALENDAR).day) == third
    assert str(disclosure_due(day, CALENDAR).day) == twentieth


@pytest.mark.parametrize(("year", "days"), WORKED.items())
def test_a_year_has_as_many_working_days_as_its_notice_leaves(year: int, days: int) -> None:
    assert CALENDAR.count_working_days(date(year - 1, 12, 31), date(year, 12, 31)) == days


@pytest.mark.parametrize(
    ("day", "earlier"),
    [("2026-08-31", "2026-02-28"), ("2026-06-30", "2025-12-30"), ("2024-08-29", "2024-02-29")],
)
def test_six_months_before_a_long_month_is_the_end_of_a_short_one(day: str, earlier: str) -> None:
    assert str(months_before(date.fromisoformat(day), 6)) == earlier


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), months=st.integers(1, 24))
def test_some_months_before_is_earlier_and_in_the_right_month(day: date, months: int) -> None:
    found = months_before(day, months)
    assert (day.year * 12 + day.month) - (found.year * 12 + found.month) == months
    assert found.day <= day.day
