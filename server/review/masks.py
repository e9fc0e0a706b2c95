"""The forms in which personal data may stand in public, as governments' own notices ask (RULES.md §1)."""

import re
from typing import Final

_FIGURES: Final = re.compile(r"[ \-]")
_TOWNSHIP: Final = re.compile(r"^.*?(?:街道办事处|街道|苏木|[乡镇])")


def mask_identity(number: str) -> str:
    """Give a resident number with its first two and last three characters."""
    plain = _FIGURES.sub("", number)
    return f"{plain[:2]}{'*' * (len(plain) - 5)}{plain[-3:]}"


def mask_mobile(number: str) -> str:
    """Give a mobile number with its first three and last four figures; a country code is dropped."""
    plain = _FIGURES.sub("", number)[-11:]
    return f"{plain[:3]}****{plain[-4:]}"


def mask_card(number: str) -> str:
    """Give a bank card number with its first six and last four figures."""
    plain = _FIGURES.sub("", number)
    return f"{plain[:6]}{'*' * (len(plain) - 10)}{plain[-4:]}"


def mask_passport(number: str) -> str:
    """Give the number of a travel document with its first and last three characters."""
    return f"{number[:1]}{'*' * (len(number) - 4)}{number[-3:]}"


def mask_address(address: str) -> str:
    """Give an address down to its township; one without a township keeps nothing but its first two signs."""
    found = _TOWNSHIP.match(address)
    return found.group() if found else f"{address[:2]}…"
