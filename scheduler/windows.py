"""The hours in which an account may post: no Weibo at night, WeChat at its slots. Written `08:00-22:00`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from scheduler.workdays import SHANGHAI

_RANGE: Final = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")
_MOST_RANGES: Final = 24
_MIDNIGHT: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Window:
    """Ranges of minutes of the day in Beijing, each from its first minute to before its last one."""

    ranges: tuple[tuple[int, int], ...]

    def opens_at(self, at: datetime) -> datetime | None:
        """Give the next moment at which the window is open; None when it is open at `at`."""
        local = at.astimezone(SHANGHAI)
        minute = local.hour * 60 + local.minute
        if any(start <= minute < end for start, end in self.ranges):
            return None
        later = [start for start, _end in self.ranges if start > minute]
        day = local.date() if later else local.date() + timedelta(days=1)
        start = later[0] if later else self.ranges[0][0]
        return datetime.combine(day, time(*divmod(start, 60)), SHANGHAI).astimezone(UTC)


def read_window(text: str) -> Window:
    """Read `08:00-12:00,14:00-22:00`; raises ValueError with a Chinese sentence."""
    ranges = []
    for part in text.replace("，", ",").split(","):
        found = _RANGE.fullmatch(part.strip())
        numbers = [int(one) for one in found.groups()] if found else [0, 0, 0, 0]
        start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if not start < end <= _MIDNIGHT:
            raise ValueError(f"发布时段应写成 08:00-22:00（跨夜的分成两段，用逗号隔开），而不是“{part[:40]}”")
        ranges.append((start, end))
    if len(ranges) > _MOST_RANGES:
        raise ValueError(f"发布时段最多 {_MOST_RANGES} 段")
    return Window(tuple(sorted(ranges)))
