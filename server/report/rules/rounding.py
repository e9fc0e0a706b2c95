"""How a figure is shortened: rounded half up, or cut off (RULES.md §6)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

HUNDRED: Final = Decimal(100)


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Give a figure at so many decimals, half up."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def cut(value: Decimal, decimals: int) -> Decimal:
    """Give a figure at so many decimals, the others left off."""
    step = Decimal(1).scaleb(-decimals)
    return value // step * step


def last_digit(value: Decimal) -> Decimal:
    """Give what the last digit of a figure is worth."""
    return Decimal(1).scaleb(int(value.as_tuple().exponent))
