from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.rhythms import Daily, Every, Monthly, Rhythm, Yearly, last_slot, next_slot, say_rhythm

CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
RHYTHMS = st.one_of(
    st.builds(Daily, CLOCKS),
    st.builds(Monthly, st.integers(1, 28), CLOCKS),
    st.builds(Yearly, st.integers(1, 12), st.integers(1, 28), CLOCKS),
)
MOMENTS = st.integers(0, 15 * 365 * 24 * 60).map(
    lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("rhythm", "at", "last", "following"),
    [
        (Daily(time(3)), "2026-11-25T03:00", "2026-11-25T03:00", "2026-11-26T03:00"),
        (Daily(time(3)), "2026-11-25T02:59", "2026-11-24T03:00", "2026-11-25T03:00"),
        (Monthly(1, time(6)), "2026-03-01T05:00", "2026-02-01T06:00", "2026-03-01T06:00"),
        (Monthly(1, time(6)), "2026-12-15T05:00", "2026-12-01T06:00", "2027-01-01T06:00"),
        (Yearly(1, 5, time(8)), "2026-01-05T07:59", "2025-01-05T08:00", "2026-01-05T08:00"),
    ],
)
def test_slots_lie_on_the_clock_of_beijing(rhythm: Rhythm, at: str, last: str, following: str) -> None:
    moment = beijing(at)
    assert (last_slot(rhythm, moment), next_slot(rhythm, moment)) == (beijing(last), beijing(following))


@given(rhythm=RHYTHMS, at=MOMENTS)
def test_every_moment_lies_between_two_neighbouring_slots(rhythm: Rhythm, at: datetime) -> None:
    last, following = last_slot(rhythm, at), next_slot(rhythm, at)
    assert last <= at < following
    assert next_slot(rhythm, last) == following


def test_every_so_many_seconds_counts_from_the_moment_itself() -> None:
    at = beijing("2026-11-25T03:00")
    assert (last_slot(Every(5), at), next_slot(Every(5), at)) == (
        at - timedelta(seconds=5),
        at + timedelta(seconds=5),
    )


@pytest.mark.parametrize(
    ("rhythm", "told"),
    [
        (Every(2), "每2秒"),
        (Every(0.5), "每0.5秒"),
        (Every(90), "每90秒"),
        (Every(300), "每5分钟"),
        (Every(21_600), "每6小时"),
        (Daily(time(3)), "每天03:00"),
        (Monthly(1, time(6)), "每月1日06:00"),
        (Yearly(1, 5, time(8, 30)), "每年1月5日08:30"),
    ],
)
def test_a_rhythm_is_said_in_words(rhythm: Rhythm, told: str) -> None:
    assert say_rhythm(rhythm) == told
