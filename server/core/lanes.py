"""How many of a worker's slots platforms may hold: one that hangs must not keep the website waiting.

A call to a platform may last as long as the longest time-out. What the office itself answers for (its site,
its feeds) always has a quarter of the slots; no platform holds more than half.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from server.store.backlog import OWN

UNBOUNDED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Lanes:
    """Room for platforms all together, and those that may begin nothing more for now."""

    outside: int = UNBOUNDED
    shut: frozenset[str] = frozenset()


OPEN: Final = Lanes()


def lanes_of(slots: int, busy: Counter[str]) -> Lanes:
    """Give the lanes of a worker with so many slots, of which channels hold some."""
    outside = Counter({channel: held for channel, held in busy.items() if channel not in OWN})
    most = max(1, slots - max(1, slots // 4))
    half = max(1, slots // 2)
    shut = frozenset(channel for channel, held in outside.items() if held >= half)
    return Lanes(max(0, most - outside.total()), shut)
