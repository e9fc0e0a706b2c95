from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.windows import Window, read_window

MINUTES = st.integers(0, 1440)
WINDOWS = st.lists(
    st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1]), min_size=1, max_size=5
).map(lambda ranges: Window(tuple(sorted(ranges))))
MOMENTS = st.integers(0, 60 * 24 * 30).map(lambda n: datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=n))


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "at", "opens"),
    [
        ("08:00-22:00", "2026-11-25T08:00", None),
        ("08:00-22:00", "2026-11-25T21:59", None),
        ("08:00-22:00", "2026-11-25T22:00", "2026-11-26T08:00"),
        ("08:00-22:00", "2026-11-25T03:00", "2026-11-25T08:00"),
        ("08:00-08:30,18:00-18:30", "2026-11-25T08:30", "2026-11-25T18:00"),
        ("18:00-18:30，08:00-08:30", "2026-11-25T18:30", "2026-11-26T08:00"),
        ("20:00-24:00,00:00-06:00", "2026-11-25T23:59", None),
        ("00:00-24:00", "2026-11-25T00:00", None),
    ],
)
def test_a_window_says_when_it_opens_in_beijing(window: str, at: str, opens: str | None) -> None:
    assert read_window(window).opens_at(beijing(at)) == (beijing(opens) if opens else None)


@given(window=WINDOWS, at=MOMENTS)
def test_at_the_moment_it_opens_a_window_is_open_and_was_not_a_minute_before(
    window: Window, at: datetime
) -> None:
    opens = window.opens_at(at)
    if opens is not None:
        assert window.opens_at(opens) is None
        assert opens > at
        assert window.opens_at(opens - timedelta(minutes=1)) is not None


@pytest.mark.parametrize(
    "text", ["", "8:00-22:00", "22:00-06:00", "08:00-08:00", "08:00-25:00", "08:00", "a", "08:00-09:00,"]
)
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="08:00-22:00"):
        read_window(text)


def test_a_window_of_too_many_ranges_is_refused() -> None:
    with pytest.raises(ValueError, match="最多"):
        read_window(",".join(["08:00-09:00"] * 25))
