"""Bars and columns as numbers that a template draws as SVG; it knows no figures, only lengths."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDE: Final = 480
HIGH: Final = 200
_HEAD: Final = 22  # for the number above the highest column
_FOOT: Final = 26  # for the words below


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its left edge, width, upper edge and height, and the words above and below it."""

    x: float
    y: float
    width: float
    height: float
    above: str
    below: str

    @property
    def middle(self) -> float:
        """Give the middle, where the words stand."""
        return self.x + self.width / 2


def columns(given: Sequence[tuple[str, int]]) -> tuple[Column, ...]:
    """Give a column for each name and number, side by side in a picture of WIDE by HIGH."""
    most = max((number for _name, number in given), default=0)
    step = WIDE / max(len(given), 1)
    room = HIGH - _HEAD - _FOOT
    drawn = []
    for place, (name, number) in enumerate(given):
        height = length(number, most, room)
        top = HIGH - _FOOT - height
        drawn.append(
            Column(round(step * (place + 0.15), 1), top, round(step * 0.7, 1), height, str(number), name)
        )
    return tuple(drawn)


def length(number: int, most: int, room: int) -> float:
    """Give the length of a bar; what is not nothing can be seen."""
    if number <= 0 or most <= 0:
        return 0
    return max(round(room * number / most, 1), 1)
