"""Ids: sixteen characters, in the order of their making, safe in a web address and short in a status."""

import os
import time
from collections.abc import Iterator
from functools import lru_cache
from struct import Struct
from typing import Final

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PAIRS: Final = tuple(first + second for first in _LETTERS for second in _LETTERS)
_WORDS: Final = Struct("<512Q")


class _Chance:
    """Chance from the system, for many ids at once: to ask for it lets go of the interpreter each time."""

    def __init__(self) -> None:
        self._words: Iterator[int] = iter(())
        os.register_at_fork(after_in_child=self._forget)  # or parent and child would make the same ids

    def draw(self) -> int:
        """Give 64 random bits; from any thread."""
        while (word := next(self._words, None)) is None:
            self._words = iter(_WORDS.unpack(os.urandom(_WORDS.size)))
        return word

    def _forget(self) -> None:
        self._words = iter(())


_chance: Final = _Chance()


def new_id() -> str:
    """Give an id of 45 bits of time (milliseconds, good until the year 3084) and 35 random ones."""
    return encode_id(time.time_ns() // 1_000_000, _chance.draw() >> 29)


def encode_id(milliseconds: int, random: int) -> str:
    """Write time and chance as sixteen letters, time first."""
    chance = _PAIRS[random >> 25] + _PAIRS[random >> 15 & 1023] + _PAIRS[random >> 5 & 1023]
    return _time_of(milliseconds) + chance + _LETTERS[random & 31]


@lru_cache(maxsize=1)  # an item has fourteen ids, most of them of one millisecond
def _time_of(milliseconds: int) -> str:
    return "".join([_LETTERS[milliseconds >> shift & 31] for shift in range(40, -5, -5)])
