"""When something happens again: every so many seconds, or at a time of day in Beijing.

A slot is the moment of one run. Whether a slot was served is remembered by whoever runs the job, in the
database, so that no restart and no change of the machine's clock loses one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, assert_never

from scheduler.workdays import SHANGHAI

_UNITS: Final = ((3600, "小时"), (60, "分钟"))


@dataclass(frozen=True, slots=True)
class Every:
    """So many seconds after the last run."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Daily:
    """Each day at a time of day in Beijing."""

    at: time


@dataclass(frozen=True, slots=True)
class Monthly:
    """On one day of each month (1 to 28) at a time of day in Beijing."""

    day: int
    at: time


@dataclass(frozen=True, slots=True)
class Yearly:
    """On one day of each year (not 29 February) at a time of day in Beijing."""

    month: int
    day: int
    at: time


Rhythm = Every | Daily | Monthly | Yearly


def last_slot(rhythm: Rhythm, at: datetime) -> datetime:
    """Give the latest slot that is not after a moment; for `Every` the moment so many seconds before."""
    if isinstance(rhythm, Every):
        return at - timedelta(seconds=rhythm.seconds)
    day = at.astimezone(SHANGHAI).date()
    slot = _slot_near(rhythm, day)
    while slot > at:
        day = _earlier(rhythm, day)
        slot = _slot_near(rhythm, day)
    return slot


def next_slot(rhythm: Rhythm, at: datetime) -> datetime:
    """Give the first slot after a moment; for `Every` the moment so many seconds later."""
    if isinstance(rhythm, Every):
        return at + timedelta(seconds=rhythm.seconds)
    day = at.astimezone(SHANGHAI).date()
    slot = _slot_near(rhythm, day)
    while slot <= at:
        day = _later(rhythm, day)
        slot = _slot_near(rhythm, day)
    return slot


def say_rhythm(rhythm: Rhythm) -> str:
    """Say a rhythm in Chinese."""
    match rhythm:
        case Every(seconds):
            unit, name = next(((size, name) for size, name in _UNITS if seconds % size == 0), (1, "秒"))
            return f"每{seconds / unit:g}{name}"
        case Daily(at):
            return f"每天{at:%H:%M}"
        case Monthly(day, at):
            return f"每月{day}日{at:%H:%M}"
        case Yearly(month, day, at):
            return f"每年{month}月{day}日{at:%H:%M}"
        case _:
            assert_never(rhythm)


def _slot_near(rhythm: Daily | Monthly | Yearly, day: date) -> datetime:
    """Give the slot on that day, in that month or in that year."""
    match rhythm:
        case Daily(at):
            on = day
        case Monthly(number, at):
            on = day.replace(day=number)
        case Yearly(month, number, at):
            on = date(day.year, month, number)
        case _:
            assert_never(rhythm)
    return datetime.combine(on, at, SHANGHAI).astimezone(UTC)


def _earlier(rhythm: Daily | Monthly | Yearly, day: date) -> date:
    match rhythm:
        case Daily():
            return day - timedelta(days=1)
        case Monthly():
            return day.replace(day=1) - timedelta(days=1)
        case Yearly():
            return date(day.year - 1, 1, 1)
        case _:
            assert_never(rhythm)


def _later(rhythm: Daily | Monthly | Yearly, day: date) -> date:
    match rhythm:
        case Daily():
            return day + timedelta(days=1)
        case Monthly():
            return day.replace(day=28) + timedelta(days=4)
        case Yearly():
            return date(day.year + 1, 1, 1)
        case _:
            assert_never(rhythm)
