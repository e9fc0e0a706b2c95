import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.deadlines import disclosure_due, interpretation_due, months_before, report_limit
from scheduler.workdays import Calendar, DueDay

CALENDAR = Calendar()
SHARED = Path(__file__).parents[3] / "shared" / "vectors" / "calendar.json"
needs_vectors = pytest.mark.skipif(not SHARED.is_file(), reason="the project's vectors are not beside it")

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


def test_disclosure_has_twenty_working_days_and_an_interpretation_three() -> None:
    formed = date(2026, 2, 10)
    assert str(disclosure_due(formed, CALENDAR).day) == "2026-03-16"
    assert str(interpretation_due(formed, CALENDAR).day) == "2026-02-13"


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


def vectors() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(SHARED.read_text(encoding="utf-8"))
    return read


@needs_vectors
def test_every_day_of_the_vectors_is_off_or_worked_as_they_say() -> None:
    told = vectors()
    off = [day for day in told["off_days"] if CALENDAR.is_working_day(date.fromisoformat(day))]
    made_up = [
        day for day in told["make_up_working_days"] if not CALENDAR.is_working_day(date.fromisoformat(day))
    ]
    assert (off, made_up) == ([], [])


@needs_vectors
def test_every_limit_of_the_vectors_is_counted_as_they_say() -> None:
    for case in vectors()["deadline_vectors"]:
        formed = date.fromisoformat(case["formed"])
        assert str(interpretation_due(formed, CALENDAR).day) == case["plus_3_working_days"]
        assert str(disclosure_due(formed, CALENDAR).day) == case["plus_20_working_days"]


@needs_vectors
def test_every_report_limit_of_the_vectors_has_its_last_day_worked() -> None:
    for case in vectors()["annual_report_limits"]:
        last = CALENDAR.last_working_day(date.fromisoformat(case["limit"])).day
        assert str(last) == case["last_working_day_on_or_before"]
