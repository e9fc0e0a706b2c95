"""成文日期 as documents write it: in Arabic figures, full-width ones, or Chinese numerals of older files."""

import re
from datetime import date
from typing import Final

_DATE: Final = re.compile(
    r"([0-9０-９]{4}|[〇○OＯ零一二三四五六七八九]{4})\s*年\s*([0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})\s*月"
    r"\s*([0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})\s*[日号]"
)
_FIGURES: Final = {
    **{sign: value for value, sign in enumerate("零一二三四五六七八九")},
    **dict.fromkeys("〇○OＯ", 0),
}


def read_date(text: str) -> date | None:
    """Give the last date in a text that the calendar has; None when there is none."""
    for match in reversed(list(_DATE.finditer(text))):
        try:
            return date(_year(match[1]), _number(match[2]), _number(match[3]))
        except ValueError:
            continue
    return None


def _year(text: str) -> int:
    plain = text.translate({ord("０") + n: str(n) for n in range(10)})
    if plain.isascii() and plain.isdigit():
        return int(plain)
    return int("".join(str(_FIGURES[sign]) for sign in text))


def _number(text: str) -> int:
    plain = text.translate({ord("０") + n: str(n) for n in range(10)})
    if plain.isascii() and plain.isdigit():
        return int(plain)
    tens, has_ten, ones = text.rpartition("十")
    if not has_ten:
        return _FIGURES[ones] if len(ones) == 1 else -1
    return (_FIGURES[tens] if tens else 1) * 10 + (_FIGURES[ones] if ones else 0)
