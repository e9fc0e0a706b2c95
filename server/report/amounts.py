"""What a cell in a report says: a number, nothing, «/», or words. Blank, 0 and «/» are three values.

Source: RULES.md §4. A blank is never summed as 0.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

# A full-width comma groups full-width digits only: between others it parts two figures of a list.
_GROUPED: Final = re.compile(
    r"(?<=\d),(?=\d{3}(?!\d))|(?<=[\uff10-\uff19])\uff0c(?=[\uff10-\uff19]{3}(?!\d))|(?<=\d)[\u2009\u202f](?=\d{3}(?!\d))"
)
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_NOT_APPLICABLE: Final = frozenset({"/", "\\", "-", "--", "—", "——", "–", "不适用"})
_INEXACT: Final = re.compile(
    r"(?P<about>约|近|超过?)?(?P<number>\d+(?:\.\d+)?)(?P<scale>万|亿)?(?P<over>余|多|几)?"
)
# Characters that would become digits when their width is folded.
_RAISED: Final = {ord(sign): " " for sign in "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳²³¹½¼¾㎡"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it stands: `decimals` says how many places it was given with."""

    value: Decimal
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty cell."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A cell with «/»: the question does not arise."""


@dataclass(frozen=True, slots=True)
class Words:
    """A cell that should hold a number and holds something else."""

    text: str


Cell = Amount | Blank | NotApplicable | Words


def plain(text: str) -> str:
    """Fold full-width forms, take out what groups digits by three; raised digits become spaces."""
    folded = unicodedata.normalize("NFKC", _GROUPED.sub("", text).translate(_RAISED))
    return folded.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "")


def read_cell(value: Any) -> Cell:
    """Read a cell, given as text, as a number or as nothing."""
    if value is None:
        return Blank()
    if isinstance(value, bool):
        return Words(str(value))
    if isinstance(value, int | float | Decimal):
        return amount_of(str(value)) or Words(str(value))
    text = plain(str(value)).strip()
    if not text:
        return Blank()
    if text in _NOT_APPLICABLE:
        return NotApplicable()
    return amount_of(re.sub(r"\s", "", text)) or Words(text)


def amount_of(text: str) -> Amount | None:
    """Give a number written in digits; None for anything else. 18.8710 keeps its four decimals."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if text.endswith(".0"):  # how a spreadsheet hands over a whole number
        return Amount(Decimal(int(value)))
    return Amount(value, len(text.partition(".")[2]))


def is_inexact(text: str) -> bool:
    """Say whether a figure such as «755多» or «近5000» is an estimate and no count."""
    found = _INEXACT.fullmatch(plain(text).strip())
    return found is not None and bool(found["about"] or found["over"])


def told(value: Decimal) -> str:
    """Give a number as a reader writes it."""
    return f"{value:f}"


def as_number(value: Decimal | None) -> int | float | None:
    """Give a number for JSON: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
