"""How a figure is shortened: rounded half up, or cut off (RULES.md §6)."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Final

HUNDRED: Final = Decimal(100)
_ROOM: Final = Context(prec=60)
"""Figures have fifteen digits on either side of the point, and 亿; their quotients must fit as well."""


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Give a figure at so many decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _ROOM)


def cut(value: Decimal, decimals: int) -> Decimal:
    """Give a figure at so many decimals, the others left off."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR, _ROOM)


def last_digit(value: Decimal) -> Decimal:
    """Give what the last digit of a figure is worth."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))
