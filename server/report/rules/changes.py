"""Changes told in words: up, down or level, against the figures beside them (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding
from server.report.prose import Quantity, Sentence, is_earlier, is_last_years

_FROM: Final = re.compile(r"(?:由|从)[^,。;\d]{0,16}$")
_TO: Final = re.compile(
    r"^[^,。;\d]{0,8}?(?:(?P<up>增加|增长|上升|提高|提升|增|升)|(?P<down>减少|下降|降低|回落|缩短|压缩|压减|减|降))"
    r"(?:到|至|为)[^,。;\d]{0,12}$"
)
_LEVEL: Final = re.compile(
    r"(?:与|和|同)(?:上年度?|去年|上一年度?)(?:同期)?(?:相比)?(?:的)?[^,。;\d]{0,4}"
    r"(?:\d[\d.]*[^,。;\d]{0,3})?持平"
)
_ROUGHLY: Final = re.compile(r"(?:基本|大体|大致|略|总体)[^,。;]{0,3}持平")


def check_changes(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the changes of a paragraph whose words say otherwise than their figures."""
    for sentence in sentences:
        yield from _check_ends(sentence)
        yield from _check_beside(sentence)
        yield from _check_points(sentence)
        yield from _check_base(sentence)


def is_from_to(sentence: Sentence, before: Quantity, now: Quantity) -> bool:
    """Say whether two figures are the ends of one change, as in «由 300 条增加到 355 条»."""
    between = sentence.masked[before.end : now.start]
    return bool(_TO.match(between) and _FROM.search(sentence.masked[: before.start])) and _alike(before, now)


def years_in(sentence: Sentence) -> Iterator[tuple[Quantity, Quantity]]:
    """Give last year's figure and this year's: the ends of a change, or the two that a sentence has."""
    yield from (pair for pair in pairwise(sentence.quantities) if is_from_to(sentence, *pair))
    yield from _pairs(sentence)


def _check_ends(sentence: Sentence) -> Iterator[Finding]:
    """Check «由 300 条增加到 355 条»."""
    for before, now in zip(sentence.quantities, sentence.quantities[1:], strict=False):
        hit = _TO.match(sentence.masked[before.end : now.start])
        if hit is None or not is_from_to(sentence, before, now):
            continue
        if (now.value < before.value) if hit["up"] else (now.value > before.value):
            word = hit["up"] or hit["down"]
            hint = f"{told(before.value)} 到 {told(now.value)} 不是“{word}”"
            yield Finding("change_sign", "error", sentence.where(now), word, None, hint)


def _check_beside(sentence: Sentence) -> Iterator[Finding]:
    """Check «300 条,上年 280 条», and that what is told of the change fits both."""
    for before, now in _pairs(sentence):
        changes = [one for one in sentence.quantities if one.kind == "delta" and one.unit == now.unit]
        # Of several changes nobody can tell which is which.
        if len(changes) == 1 and changes[0].exact and changes[0].start > now.end:
            change = -changes[0].value if changes[0].falling else changes[0].value
            if now.value - before.value != change:
                hint = f"{told(now.value)} 比 {told(before.value)} 应为 {told(now.value - before.value)}"
                where = sentence.where(changes[0])
                yield Finding("change_differs", "error", where, change, now.value - before.value, hint)
        if (
            _LEVEL.search(sentence.masked)
            and not _ROUGHLY.search(sentence.masked)
            and now.value != before.value
        ):
            hint = f"{told(now.value)} 与上年 {told(before.value)} 不是“持平”"
            yield Finding("change_sign", "error", sentence.where(now), now.value, before.value, hint)


def _check_base(sentence: Sentence) -> Iterator[Finding]:
    """Check «共 8 件,比上年的 10 件减少 2 件», whatever stands before it.

    Behind a list it is the total that changed or the last part: a fault is what no figure of it explains.
    """
    for at, (base, change) in enumerate(pairwise(sentence.quantities)):
        counts = [one for one in sentence.quantities[:at] if one.kind == "count"]
        if (
            len(counts) < 2  # one alone is told by _check_beside
            or base.kind != "count"
            or change.kind != "delta"
            or not is_last_years(sentence.masked[: base.start])
            or not all(one.exact and one.unit == base.unit for one in (*counts, base, change))
        ):
            continue
        stated = -change.value if change.falling else change.value
        meant = {one.value for one in counts} | {sum(one.value for one in counts)}
        meant |= {one.value + other.value for one, other in pairwise(counts)}
        if base.value + stated not in meant:
            differs = counts[-1].value - base.value
            hint = f"{told(counts[-1].value)} 比 {told(base.value)} 应为 {told(differs)}"
            yield Finding("change_differs", "error", sentence.where(change), stated, differs, hint)


def _check_points(sentence: Sentence) -> Iterator[Finding]:
    """Check «由 95% 提高到 96.5%,提高 1.5 个百分点».

    Where a sentence has no more the years may stand in any order: «96.5%,提高 1.5 个百分点,上年为 95%».
    """
    rates = [one for one in sentence.quantities if one.kind == "percent"]
    for three in zip(rates, rates[1:], rates[2:], strict=False):
        yield from _check_three(sentence, three, alone=len(rates) == len(three))


def _check_three(sentence: Sentence, rates: Sequence[Quantity], *, alone: bool) -> Iterator[Finding]:
    points = [one for one in rates if one.unit == "个百分点"]
    levels = [one for one in rates if one.unit == "%"]
    if len(points) != 1 or len(levels) != 2 or not all(one.exact for one in rates):
        return
    before, now = levels
    if alone and is_earlier(sentence, now):
        before, now = now, before
    elif not (
        _TO.match(sentence.masked[before.end : now.start]) and _FROM.search(sentence.masked[: before.start])
    ):
        return
    stated = -points[0].value if points[0].falling else points[0].value
    if now.value - before.value != stated:
        hint = f"{told(now.value)}% 比 {told(before.value)}% 应为 {told(now.value - before.value)} 个百分点"
        yield Finding(
            "change_differs", "error", sentence.where(points[0]), stated, now.value - before.value, hint
        )


def _pairs(sentence: Sentence) -> Iterator[tuple[Quantity, Quantity]]:
    """Give last year's figure and this year's, where a sentence has one of each and nothing else."""
    counts = [one for one in sentence.quantities if one.kind == "count" and one.depth == 0]
    earlier = [one for one in counts if is_earlier(sentence, one)]
    if len(counts) == 2 and len(earlier) == 1:
        (now,) = (one for one in counts if one is not earlier[0])
        if _alike(earlier[0], now):
            yield earlier[0], now


def _alike(one: Quantity, other: Quantity) -> bool:
    return one.exact and other.exact and one.unit == other.unit and one.kind != "percent" != other.kind
