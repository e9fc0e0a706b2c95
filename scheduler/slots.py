"""The slots of a broadcasting account: written `周一至周五 18:00；10日、25日 09:30`, given as moments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from scheduler.workdays import SHANGHAI

_WEEKDAYS: Final = "一二三四五六日"
_PART: Final = re.compile(r"(\S+?)\s*([01][0-9]|2[0-3]):([0-5][0-9])")
_ONE: Final = f"([{_WEEKDAYS}])"
_SPAN: Final = re.compile("周" + _ONE + "至周" + _ONE)
_WEEKDAY: Final = re.compile("周" + _ONE)
_DAY: Final = re.compile("([1-9]|[12][0-9]|3[01])" + "日")
_MOST_PARTS: Final = 12
_MOST_TEXT: Final = 200
_AHEAD: Final = 366

HOW: Final = "群发时段应写成“周一至周五 18:00”“每天 18:00”或“10日、25日 09:30”，几组之间用分号隔开"


@dataclass(frozen=True, slots=True)
class Rule:
    """Days of the week (0 is Monday) and of the month on which there is a slot, and its time of day."""

    weekdays: frozenset[int]
    days: frozenset[int]
    at: time

    def holds(self, day: date) -> bool:
        """Say whether there is a slot on a day."""
        return day.weekday() in self.weekdays or day.day in self.days


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an account pushes, in Beijing."""

    rules: tuple[Rule, ...]

    def after(self, at: datetime) -> Iterator[datetime]:
        """Give the slots after a moment, those of a year at most, earliest first."""
        first = at.astimezone(SHANGHAI).date()
        for number in range(_AHEAD):
            day = first + timedelta(days=number)
            times = sorted({rule.at for rule in self.rules if rule.holds(day)})
            for clock in times:
                slot = datetime.combine(day, clock, SHANGHAI).astimezone(UTC)
                if slot > at:
                    yield slot

    def most_a_day(self) -> int:
        """Give how many slots a day can have."""
        week = [{rule.at for rule in self.rules if day in rule.weekdays} for day in range(7)]
        month = [{rule.at for rule in self.rules if day in rule.days} for day in range(1, 32)]
        return max(len(one | other) for one in week for other in month)


def read_schedule(text: str) -> Schedule:
    """Read a schedule; raises ValueError with a Chinese sentence."""
    plain = text.replace("：", ":").replace(";", "；").replace(",", "、").replace("，", "、").strip("； \n")
    parts = [part.strip() for part in plain.split("；")] if len(plain) <= _MOST_TEXT else []
    if not 1 <= len(parts) <= _MOST_PARTS:
        raise ValueError(HOW)
    return Schedule(tuple(_read_rule(part) for part in parts))


def _read_rule(part: str) -> Rule:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(HOW)
    weekdays, days = set[int](), set[int]()
    for word in found[1].split("、"):
        if word == "每天":
            weekdays |= set(range(7))
        elif span := _SPAN.fullmatch(word):
            first, last = (_WEEKDAYS.index(one) for one in span.groups())
            if first > last:
                raise ValueError(HOW)
            weekdays |= set(range(first, last + 1))
        elif one := _WEEKDAY.fullmatch(word):
            weekdays.add(_WEEKDAYS.index(one[1]))
        elif one := _DAY.fullmatch(word):
            days.add(int(one[1]))
        else:
            raise ValueError(HOW)
    return Rule(frozenset(weekdays), frozenset(days), time(int(found[2]), int(found[3])))
