"""Ids: sixteen characters, in the order of their making, safe in a web address and short in a status."""

import secrets
import time
from typing import Final

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_RANDOM_BITS: Final = 35
_PAIRS: Final = tuple(first + second for first in _LETTERS for second in _LETTERS)
_SHIFTS: Final = tuple(range(70, -10, -10))


def new_id() -> str:
    """Give an id of 45 bits of time (milliseconds, good until the year 3084) and 35 random ones."""
    return encode_id(time.time_ns() // 1_000_000, secrets.randbits(_RANDOM_BITS))


def encode_id(milliseconds: int, random: int) -> str:
    """Write time and chance as sixteen letters, time first."""
    number = milliseconds << _RANDOM_BITS | random
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
