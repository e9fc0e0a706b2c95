"""A count is a number: «755多条» is neither a count nor a round estimate (RULES.md §8)."""

import re
from collections.abc import Iterator
from typing import Final

from server.report.amounts import is_inexact, plain
from server.report.entry import Entry
from server.report.finding import Finding
from server.report.prose import Sentence

_FALSE_ESTIMATE: Final = re.compile(r"(?<![\d.])(\d*[1-9])(?:余|多)(?=[条件篇次项份]|$)")
_SMALLEST: Final = 11
_HINT: Final = "统计数应为确数：已精确到个位，又写“多”或“余”"


def check_estimates(sentence: Sentence) -> Iterator[Finding]:
    """Give figures that are exact to the unit and «more» all the same."""
    for hit in _FALSE_ESTIMATE.finditer(sentence.masked):
        if int(hit[1]) >= _SMALLEST:
            words = sentence.masked[max(0, hit.start() - 12) : hit.end() + 1]
            where = f"第 {sentence.paragraph.number} 段“{words}”"
            yield Finding("not_exact", "warning", where, hit[0], None, _HINT)


def check_entry_estimates(entry: Entry) -> Iterator[Finding]:
    """Give the figures of an entry that are written so."""
    for path, value in entry.leaves():
        if not isinstance(value, str) or not is_inexact(value):
            continue
        hit = _FALSE_ESTIMATE.match(plain(value).strip())
        if hit is not None and int(hit[1]) >= _SMALLEST:
            yield Finding("not_exact", "warning", "/".join(path), value, None, _HINT)
