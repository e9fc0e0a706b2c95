"""server/watch/life.py: when an account is silent, and when a zombie."""

from datetime import date

import pytest

from server.watch.life import Life, life

TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("state", "last", "added", "told"),
    [
        ("active", date(2026, 6, 21), date(2026, 1, 1), "fresh"),
        ("active", date(2026, 6, 20), date(2026, 1, 1), "soon"),
        ("active", date(2026, 6, 16), date(2026, 1, 1), "silent"),
        ("active", date(2026, 3, 31), date(2026, 1, 1), "silent"),
        ("active", date(2026, 3, 30), date(2026, 1, 1), "zombie"),
        ("active", None, date(2026, 6, 25), "fresh"),
        ("active", None, date(2026, 6, 16), "zombie"),
        ("paused", None, date(2026, 1, 1), "paused"),
    ],
)
def test_silence_grows_into_a_zombie(state: str, last: date | None, added: date, told: Life):
    assert life(state, last, last or added, TODAY) == told
