"""Ids: sixteen characters, in the order of their making, safe in a web address and short in a status."""

import os
import time
from functools import lru_cache
from typing import Final

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_PAIRS: Final = tuple(first + second for first in _LETTERS for second in _LETTERS)


def new_id() -> str:
    """Give an id of 45 bits of time (milliseconds, good until the year 3084) and 35 random ones."""
    return encode_id(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(5)) >> 5)


def encode_id(milliseconds: int, random: int) -> str:
    """Write time and chance as sixteen letters, time first."""
    chance = _PAIRS[random >> 25] + _PAIRS[random >> 15 & 1023] + _PAIRS[random >> 5 & 1023]
    return _time_of(milliseconds) + chance + _LETTERS[random & 31]


@lru_cache(maxsize=1)  # an item has fourteen ids, most of them of one millisecond
def _time_of(milliseconds: int) -> str:
    return "".join([_LETTERS[milliseconds >> shift & 31] for shift in range(40, -5, -5)])
