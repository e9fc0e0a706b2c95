from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.workdays import PACKAGE_YEARS, Calendar, DueDay

CALENDAR = Calendar()
DAYS = st.dates(date(2010, 1, 1), date(2040, 12, 31))
COUNTS = st.integers(0, 60)

# State Council notices 2017-2026; the day of formation is not counted. (formed, +3, +20)
VECTORS = [
    ("2017-01-20", "2017-01-24", "2017-02-22"),  # Sunday 22 January is worked
    ("2018-02-08", "2018-02-12", "2018-03-13"),  # Sunday 11 and Saturday 24 February are worked
    ("2018-09-28", "2018-10-08", "2018-10-31"),  # 29 and 30 September are worked
    ("2019-04-26", "2019-04-30", "2019-05-27"),  # the May holiday was lengthened by a second notice in March
    ("2024-02-05", "2024-02-08", "2024-03-08"),
    ("2025-01-20", "2025-01-23", "2025-02-21"),  # first year with two more statutory days
    ("2025-09-26", "2025-09-30", "2025-10-30"),
    ("2026-02-10", "2026-02-13", "2026-03-16"),
]
WORKED_A_YEAR = dict(zip(range(2017, 2027), (249, 250, 250, 249, 250, 249, 249, 251, 248, 248), strict=True))


def due(formed: str, count: int, calendar: Calendar = CALENDAR) -> str:
    return calendar.add_working_days(date.fromisoformat(formed), count).day.isoformat()


@pytest.mark.parametrize(("formed", "after_three", "after_twenty"), VECTORS)
def test_limits_follow_the_notices_of_the_state_council(
    formed: str, after_three: str, after_twenty: str
) -> None:
    assert (due(formed, 3), due(formed, 20)) == (after_three, after_twenty)


def test_a_term_that_the_calendar_has_no_day_for_ends_with_it() -> None:
    assert due("9999-12-31", 20) == due("9999-12-20", 20) == "9999-12-31"


@pytest.mark.parametrize(("year", "worked"), WORKED_A_YEAR.items())
def test_each_year_has_the_working_days_of_its_notice(year: int, worked: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    assert sum(CALENDAR.is_working_day(day) for day in days if day.year == year) == worked


@given(day=DAYS, count=COUNTS)
def test_nothing_is_due_on_a_day_off(day: date, count: int) -> None:
    assert CALENDAR.is_working_day(CALENDAR.add_working_days(day, count).day)


@given(day=DAYS, count=st.integers(1, 60))
def test_between_a_day_and_its_limit_lie_exactly_the_working_days_counted(day: date, count: int) -> None:
    end = CALENDAR.add_working_days(day, count).day
    between = (day + timedelta(days=n) for n in range(1, (end - day).days + 1))
    assert sum(map(CALENDAR.is_working_day, between)) == count


@given(day=DAYS, count=COUNTS, later=st.integers(0, 40), more=st.integers(0, 20))
def test_later_days_and_more_days_never_fall_due_earlier(
    day: date, count: int, later: int, more: int
) -> None:
    first = CALENDAR.add_working_days(day, count).day
    assert first <= CALENDAR.add_working_days(day + timedelta(days=later), count + more).day


@given(day=DAYS, count=COUNTS)
def test_a_limit_is_provisional_exactly_when_its_years_are_not_all_known(day: date, count: int) -> None:
    found = CALENDAR.add_working_days(day, count)
    assert found.provisional == (not {day.year, found.day.year} <= PACKAGE_YEARS)


def test_no_days_later_is_the_day_itself_or_the_next_one_worked() -> None:
    assert (due("2026-10-01", 0), due("2026-10-08", 0)) == ("2026-10-08", "2026-10-08")


def test_beyond_the_known_years_monday_to_friday_stands_in_and_says_so() -> None:
    assert CALENDAR.add_working_days(date(2035, 6, 1), 1) == DueDay(date(2035, 6, 4), provisional=True)


def test_what_an_operator_entered_goes_before_the_package() -> None:
    local_holiday = Calendar(overlay={date(2026, 8, 17): False})
    assert due("2026-08-14", 1, local_holiday) == "2026-08-18"


def test_a_weekend_day_can_be_made_a_working_day() -> None:
    assert due("2026-08-14", 1, Calendar(overlay={date(2026, 8, 15): True})) == "2026-08-15"


def test_a_year_entered_in_full_is_no_longer_provisional() -> None:
    entered = Calendar(overlay={date(2035, 6, 4): False}, settled=frozenset({2035}))
    assert entered.add_working_days(date(2035, 6, 1), 1) == DueDay(date(2035, 6, 5), provisional=False)


@pytest.mark.parametrize("count", [-1, 1001])
def test_a_count_that_can_only_be_a_slip_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        CALENDAR.add_working_days(date(2026, 1, 5), count)


def test_the_due_moment_is_a_clock_in_shanghai_given_in_utc() -> None:
    assert CALENDAR.due_moment(date(2026, 2, 10), 3, time(9, 0)) == datetime(2026, 2, 13, 1, 0, tzinfo=UTC)


def test_a_due_moment_early_in_the_day_lies_on_the_day_before_in_utc() -> None:
    assert CALENDAR.due_moment(date(2026, 2, 10), 3, time(0, 30)) == datetime(2026, 2, 12, 16, 30, tzinfo=UTC)


def test_a_settled_year_does_not_ask_the_package() -> None:
    again = Calendar(overlay={date(2026, 1, 1): False}, settled=frozenset({2026}))
    assert again.is_working_day(date(2026, 10, 1))  # a second notice that has no National Day


def test_a_span_with_a_holiday_is_told_from_one_with_a_weekend() -> None:
    assert CALENDAR.spans_holiday(date(2026, 9, 30), date(2026, 10, 9))
    assert not CALENDAR.spans_holiday(date(2026, 11, 27), date(2026, 11, 30))


def test_the_notice_of_the_next_year_is_missed_from_november_on() -> None:
    assert (CALENDAR.unknown_years(date(2026, 10, 31)), CALENDAR.unknown_years(date(2026, 11, 1))) == (
        (),
        (2027,),
    )


def test_a_year_that_has_begun_without_its_notice_is_missed_at_once() -> None:
    assert CALENDAR.unknown_years(date(2027, 3, 1)) == (2027,)


OVERLAYS = st.dictionaries(st.dates(date(2026, 6, 1), date(2027, 12, 31)), st.booleans(), max_size=120)
NEAR = st.dates(date(2026, 6, 1), date(2027, 12, 31))


@given(overlay=OVERLAYS, settled=st.sets(st.sampled_from([2026, 2027])), day=NEAR, count=COUNTS)
def test_on_any_calendar_nothing_is_due_on_a_day_off(
    overlay: dict[date, bool], settled: set[int], day: date, count: int
) -> None:
    calendar = Calendar(overlay, frozenset(settled))
    assert calendar.is_working_day(calendar.add_working_days(day, count).day)


@given(overlay=OVERLAYS, day=NEAR, count=st.integers(1, 60))
def test_on_any_calendar_counting_back_is_the_inverse(
    overlay: dict[date, bool], day: date, count: int
) -> None:
    calendar = Calendar(overlay)
    assert calendar.count_working_days(day, calendar.add_working_days(day, count).day) == count


@given(overlay=OVERLAYS, day=NEAR, count=COUNTS, later=st.integers(0, 30), more=st.integers(0, 10))
def test_on_any_calendar_later_and_longer_is_never_due_earlier(
    overlay: dict[date, bool], day: date, count: int, later: int, more: int
) -> None:
    calendar = Calendar(overlay)
    first = calendar.add_working_days(day, count).day
    assert first <= calendar.add_working_days(day + timedelta(days=later), count + more).day


@given(overlay=OVERLAYS, day=NEAR)
def test_on_any_calendar_the_last_day_worked_is_worked_and_none_lies_between(
    overlay: dict[date, bool], day: date
) -> None:
    calendar = Calendar(overlay)
    last = calendar.last_working_day(day).day
    assert calendar.is_working_day(last)
    assert calendar.count_working_days(last, day) == 0
