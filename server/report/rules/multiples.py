"""Multiples told beside their figures: «是上年 1000 条的 2 倍», «增长 2 倍», «翻一番» (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding
from server.report.prose import Quantity, Sentence
from server.report.rules.changes import years_in
from server.report.rules.rounding import cut, rounded

_TIMES: Final = re.compile(r"^倍(?![多余]|以上|左右)")
_IS_OF: Final = re.compile(r"^,?(?:是|为|相当于|达到?)[^,。;\d]{0,12}$")
_DOUBLED: Final = re.compile(
    r"(?P<almost>近|接近|几乎|基本|将|力争|目标|计划)?(?:实现)?翻(?:了)?(?P<times>[一两二三]?番|倍)"
)
_FACTORS: Final = {"番": 2, "倍": 2, "一番": 2, "两番": 4, "二番": 4, "三番": 8}
_ENOUGH: Final = Decimal("0.95")


def check_multiples(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the multiples of a paragraph that do not follow from the figures beside them."""
    for sentence in sentences:
        yield from _check_of(sentence)
        years = list(years_in(sentence))
        if len(years) == 1:
            yield from _check_grown(sentence, *years[0])
            yield from _check_doubled(sentence, *years[0])


def _check_of(sentence: Sentence) -> Iterator[Finding]:
    """Check «3200 条,是上年 1600 条的 2 倍»."""
    for (now, base), (_base, times) in pairwise(pairwise(sentence.quantities)):
        alike = now.kind == base.kind == "count" and now.unit == base.unit and base.value > 0
        if (
            alike
            and now.exact
            and base.exact
            and _is_multiple(sentence, times)
            and sentence.masked[base.end : times.start] == "的"
            and _IS_OF.match(sentence.masked[now.end : base.start])
        ):
            yield from _compare(
                sentence, times, now.value / base.value, f"{told(now.value)} 是 {told(base.value)} 的"
            )


def _check_grown(sentence: Sentence, before: Quantity, now: Quantity) -> Iterator[Finding]:
    """Check «4500 条,上年为 1500 条,增长 2 倍»: what was added, and not what it grew to."""
    for one in sentence.quantities:
        if one.kind == "delta" and not one.falling and _is_multiple(sentence, one) and before.value > 0:
            added = now.value / before.value - 1
            hint = f"{told(before.value)} 增加到 {told(now.value)}，增长了"
            yield from _compare(sentence, one, added, hint)


def _check_doubled(sentence: Sentence, before: Quantity, now: Quantity) -> Iterator[Finding]:
    hit = _DOUBLED.search(sentence.masked)
    if hit is None or hit["almost"]:
        return
    needed = before.value * _FACTORS[hit["times"]]
    if now.value < needed * _ENOUGH:
        hint = f"{told(before.value)} “{hit[0]}”应为 {told(needed)}，文中是 {told(now.value)}"
        yield Finding("multiple_differs", "error", sentence.where(now), now.value, needed, hint)


def _is_multiple(sentence: Sentence, one: Quantity) -> bool:
    return one.exact and not one.unit and bool(_TIMES.match(sentence.masked[one.end :]))


def _compare(sentence: Sentence, one: Quantity, computed: Decimal, hint: str) -> Iterator[Finding]:
    if one.value in (rounded(computed, one.decimals), cut(computed, one.decimals)):
        return
    shown = rounded(computed, max(one.decimals, 1)).normalize()
    yield Finding(
        "multiple_differs", "error", sentence.where(one), one.value, shown, f"{hint} {told(shown)} 倍"
    )
