"""Shares and rates, each at the decimals it was given with (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from itertools import pairwise, takewhile
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding, Severity
from server.report.prose import Quantity, Sentence
from server.report.rules.rounding import HUNDRED, cut, rounded
from server.report.rules.sums import is_catch_all

_SHARE: Final = re.compile(r"占[^,。;\d]*$")
_SEVERAL: Final = re.compile(r"分别")
_SEVERAL_SHARES: Final = re.compile(r"^[,、(\s]*(?:(?:占比|比例|比重)分别为|分别占)[^,。;\d]*$")
_SHARE_OF: Final = re.compile(r"^[,、(\s]*约?占[^,。;、\d]*$")
_OWN_SHARE: Final = re.compile(r"(?:占比?|比例|比重)(?:为|约)?$")
_CLOSING: Final = re.compile(r"[,;](?:合计|总计|共计|总共)$")
_PASSING: Final = re.compile(r"(?:不合格|不达标|未达标)[^\d。;]*(?:合格|达标)率[^\d,。;]*$")
_RECOVERED: Final = re.compile(r"(?:发放|发出)[^。;]*(?:收回|回收)[^。;]*回收率[^\d,。;]*$")
_RATE: Final = re.compile(r"^,(\w{2,4})率(?:为|达|达到)?$")
_COMPARED: Final = re.compile(r"^(?:较|比)")
_AMONG: Final = re.compile(r"^[^,。;\d]{0,16}中,?(?:已?有)?$")
_RATE_OF: Final = re.compile(r"^([^,。;\d]{2,20}),(\w{2,4})率(?:为|达|达到)?$")


def share(part: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """Give what percentage a part is, rounded half up."""
    return rounded(part * HUNDRED / whole, decimals)


def check_shares(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the shares and the rates of a paragraph that do not follow from its figures."""
    for at, sentence in enumerate(sentences):
        yield from _check_hundred(sentence)
        yield from _check_bracketed(sentence, sentences[at - 1].quantities if at else ())
        for position, one in enumerate(sentence.quantities):
            if one.kind != "percent" or not one.exact or one.unit not in ("%", "‰"):
                continue
            before = sentence.quantities[:position]
            earlier = sentences[at - 1].quantities if at else ()
            yield from _check_share(sentence, one, before, earlier)
            yield from _check_several(sentence, position, earlier)
            yield from _check_share_of(sentence, one, before)
            yield from _check_recovered(sentence, one, before)
            yield from _check_rate(sentence, one, before)
            yield from _check_rate_of(sentence, one, before)
            yield from _check_passing(sentence, one, before)


def _check_share(
    sentence: Sentence, one: Quantity, before: Sequence[Quantity], earlier: Sequence[Quantity]
) -> Iterator[Finding]:
    between = sentence.masked[before[-1].end : one.start] if before else ""
    if not before or before[-1].kind != "count" or not _SHARE.search(between) or _SEVERAL.search(between):
        return
    part, scale = before[-1], Decimal(10) if one.unit == "‰" else Decimal(1)
    if not part.exact:
        yield from _check_rounded_share(sentence, one, before)
        return
    closing = [
        other
        for other in sentence.quantities
        if other is not part and _CLOSING.search(sentence.masked[: other.start])
    ]
    wholes = [
        other.value
        for other in closing or (*_wholes(sentence, before), *earlier)
        if other.kind == "count"
        and other.exact
        and other.value >= part.value > 0
        and other.unit in (part.unit, "")
    ]
    if not wholes or any(_fits(part.value * scale, whole, one) for whole in wholes):
        return
    nearest = min(wholes, key=lambda whole: abs(share(part.value * scale, whole, 4) - one.value))
    computed = share(part.value * scale, nearest, one.decimals)
    if abs(computed - one.value) == Decimal(1).scaleb(-one.decimals) and _fill_a_hundred(sentence):
        return
    is_cut = cut(part.value * scale * HUNDRED / nearest, one.decimals) == one.value
    hint = f"{told(part.value)} 占 {told(nearest)} 应为 {told(computed)}{one.unit}" + (
        "；像是截去而不是四舍五入" if is_cut else ""
    )
    yield Finding(
        "share_differs", "warning" if is_cut else "error", sentence.where(one), one.value, computed, hint
    )


def _wholes(sentence: Sentence, before: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Give what a share may be of: not another part, as in «甲 188 条,占 21.9%;乙 122 条,占 14.2%»."""
    part = before[-1]
    return tuple(
        other
        for other, behind in pairwise(before)
        if behind.kind != "percent"
        or not _SHARE.search(sentence.masked[other.end : behind.start])
        or "其中" in sentence.masked[behind.end : part.start]
    )


def _check_rounded_share(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «210 万次,其中 126 万次,占 60%»: of rounded figures, what no rounding could have made."""
    counts = [other for other in before if other.kind == "count"]
    if len(counts) != 2 or one.unit != "%":
        return
    whole, part = counts
    if whole.step is None or part.step is None or whole.unit != part.unit or whole.value < part.value:
        return
    half = Decimal(1).scaleb(-one.decimals) / 2
    low = (part.value - part.step) * HUNDRED / (whole.value + whole.step) - half
    high = (part.value + part.step) * HUNDRED / max(whole.value - whole.step, whole.step) + half
    if not low <= one.value <= high:
        computed = share(part.value, whole.value, one.decimals)
        hint = f"{told(part.value)} 占 {told(whole.value)} 约为 {told(computed)}%"
        yield Finding("share_differs", "error", sentence.where(one), one.value, computed, hint)


def _fill_a_hundred(sentence: Sentence) -> bool:
    """Say whether the shares of a sentence are 100 % together: its writer gave one of them what was left."""
    shares = [one for one in sentence.quantities if one.kind == "percent" and one.unit == "%"]
    return len(shares) > 2 and sum(one.value for one in shares) == HUNDRED


def _check_several(sentence: Sentence, position: int, earlier: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «甲 50 条、乙 30 条,分别占 50%、30%»: shares of the figures before them, one by one."""
    before, first = sentence.quantities[:position], sentence.quantities[position]
    if (
        not before
        or before[-1].kind != "count"
        or not _SEVERAL_SHARES.search(sentence.masked[before[-1].end : first.start])
    ):
        return
    shares = list(takewhile(lambda one: one.kind == "percent", sentence.quantities[position:]))
    parts = before[-len(shares) :]
    wholes = {
        one.value
        for one in (*before[: -len(shares)], *earlier)
        if one.kind == "count" and one.exact and one.unit in (parts[-1].unit, "")
    }
    usable = all(one.kind == "count" and one.exact and one.unit == parts[-1].unit for one in parts)
    if len(parts) != len(shares) or not usable or not wholes or _fill_a_hundred(sentence):
        return
    yield from _judge_pairs(sentence, list(zip(parts, shares, strict=True)), wholes)


def _check_bracketed(sentence: Sentence, earlier: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «25 件,其中甲 15 件(60%)、乙 10 件(40%)»: shares alone in brackets behind their figures."""
    masked = sentence.masked
    pairs = [
        (part, one)
        for part, one in pairwise(sentence.quantities)
        if part.kind == "count" and part.exact and one.kind == "percent" and one.exact and one.unit == "%"
        if masked[part.end : one.start].strip() == "(" and masked[one.end :].startswith(")")
    ]
    if len(pairs) < 2 or len({part.unit for part, _one in pairs}) > 1 or _fill_a_hundred(sentence):
        return
    first = pairs[0][0]
    wholes = {
        one.value
        for one in (*earlier, *sentence.quantities[: sentence.quantities.index(first)])
        if one.kind == "count" and one.exact and one.unit in (first.unit, "")
    }
    if wholes:
        yield from _judge_pairs(sentence, pairs, wholes)


def _judge_pairs(
    sentence: Sentence, pairs: Sequence[tuple[Quantity, Quantity]], wholes: AbstractSet[Decimal]
) -> Iterator[Finding]:
    """Give the first share that is not of the whole which fits most of them."""
    wrong = [
        [(part, one) for part, one in pairs if whole <= 0 or not _fits(part.value, whole, one)]
        for whole in sorted(wholes)
    ]
    fewest = min(wrong, key=len)
    if not fewest or len(fewest) == len(pairs):
        return  # of another whole, which is not told here
    part, one = fewest[0]
    whole = sorted(wholes)[wrong.index(fewest)]
    computed = share(part.value, whole, one.decimals)
    hint = f"{told(part.value)} 占 {told(whole)} 应为 {told(computed)}%"
    yield Finding("share_differs", "error", sentence.where(one), one.value, computed, hint)


def _check_hundred(sentence: Sentence) -> Iterator[Finding]:
    """Check «甲类占 60%,乙类占 25%,其他占 20%»: what ends in 其他 makes 100 % but for rounding.

    What has names of one kind (甲类、乙类, 满意、不满意) can only be too much.
    """
    run: list[Quantity] = []
    for one in sentence.quantities:
        named = one.kind == "percent" and one.unit == "%" and one.exact and _OWN_SHARE.search(one.label)
        if not named:
            if one.kind == "percent":
                return
            continue
        run.append(one)
    names = [_OWN_SHARE.sub("", one.label) for one in run]
    if len(run) < 3 or not all(names):
        return
    total = sum((one.value for one in run), Decimal(0))
    room = sum((Decimal(1).scaleb(-one.decimals) for one in run), Decimal(0)) / 2
    ends, alike = is_catch_all(names[-1]), len({name[-1] for name in names}) == 1
    if (total - HUNDRED > room and (ends or alike)) or (HUNDRED - total > room and ends):
        severity: Severity = "error" if ends else "warning"
        hint = f"各项占比之和为 {told(total)}%"
        yield Finding("shares_sum", severity, sentence.where(run[-1]), HUNDRED, total, hint)


def _check_share_of(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «156 条,占公开总数 1560 条的 10%»: the share names its whole."""
    if len(before) < 2 or one.unit != "%":
        return
    part, whole = before[-2:]
    text = sentence.masked
    if text[whole.end : one.start].strip() != "的" or not _SHARE_OF.match(text[part.end : whole.start]):
        return
    alike = part.kind == whole.kind == "count" and part.exact and whole.exact and part.unit == whole.unit
    if not alike or not 0 < part.value <= whole.value or _fits(part.value, whole.value, one):
        return
    computed = share(part.value, whole.value, one.decimals)
    hint = f"{told(part.value)} 占 {told(whole.value)} 应为 {told(computed)}%"
    yield Finding("share_differs", "error", sentence.where(one), one.value, computed, hint)


def _check_recovered(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «发放问卷 500 份,收回 480 份,回收率 96%»."""
    counts = [other for other in before if other.kind == "count"]
    if len(counts) != 2 or not all(other.exact for other in counts) or counts[1].value > counts[0].value:
        return
    if not _RECOVERED.search(sentence.masked[: one.start]) or counts[0].value <= 0:
        return
    computed = share(counts[1].value, counts[0].value, one.decimals)
    if computed != one.value:
        hint = f"发放 {told(counts[0].value)}，收回 {told(counts[1].value)}，回收率应为 {told(computed)}%"
        yield Finding("share_differs", "error", sentence.where(one), one.value, computed, hint)


def _check_rate(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «申请 30 件,办结 28 件,办结率 93.3%»: the rate has the name of the figure before it.

    100 % is left in peace: what is not due yet is not asked for.
    """
    counts = [other for other in before if other.kind == "count"]
    if len(counts) < 2 or counts[-1] is not before[-1] or not all(other.exact for other in counts):
        return
    *wholes, part = counts
    named = _RATE.search(sentence.masked[part.end : one.start])
    if named is None or named[1] not in part.label or one.value == HUNDRED:
        return
    if _COMPARED.search(part.label):
        return  # «较预算节约 0.2 亿元,节约率 5.2%» is of the budget
    wholes = [other for other in wholes if other.unit == part.unit and 0 < part.value <= other.value]
    if not wholes or any(_fits(part.value, other.value, one) for other in wholes):
        return
    whole = min(wholes, key=lambda other: abs(share(part.value, other.value, 4) - one.value))
    computed = share(part.value, whole.value, one.decimals)
    is_cut = cut(part.value * HUNDRED / whole.value, one.decimals) == one.value
    hint = f"{told(whole.value)} 中 {told(part.value)}，{named[1]}率应为 {told(computed)}%"
    severity: Severity = "warning" if is_cut else "error"
    yield Finding("share_differs", severity, sentence.where(one), one.value, computed, hint)


def _check_rate_of(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «48 个单位中 46 个公开了决算,公开率 95.8%»: what the rate is of stands before it."""
    counts = [other for other in before if other.kind == "count"]
    if len(counts) != 2 or counts[1] is not before[-1] or not all(other.exact for other in counts):
        return
    whole, part = counts
    done = _RATE_OF.search(sentence.masked[part.end : one.start])
    if done is None or not _AMONG.match(sentence.masked[whole.end : part.start]) or part.unit != whole.unit:
        return
    if done[2] not in done[1] or not 0 < part.value < whole.value or _fits(part.value, whole.value, one):
        return
    computed = share(part.value, whole.value, one.decimals)
    is_cut = cut(part.value * HUNDRED / whole.value, one.decimals) == one.value
    hint = f"{told(whole.value)} 中 {told(part.value)}，{done[2]}率应为 {told(computed)}%"
    severity: Severity = "warning" if is_cut else "error"
    yield Finding("share_differs", severity, sentence.where(one), one.value, computed, hint)


def _check_passing(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «134 家…,8 家不合格,合格率 94.0%»."""
    if not before or one.unit != "%" or not before[-1].exact:
        return
    words = sentence.masked[before[-2].end if len(before) > 1 else 0 : one.start]
    failing = before[-1]
    wholes = [
        other.value
        for other in before[:-1]
        if other.kind == "count"
        and other.exact
        and other.unit == failing.unit
        and other.value > failing.value
    ]
    if not wholes or not _PASSING.search(words):
        return
    rates = [share(whole - failing.value, whole, one.decimals) for whole in wholes]
    if one.value not in rates:
        hint = f"{told(wholes[0])} 中 {told(failing.value)} 不合格，合格率应为 {told(rates[0])}%"
        yield Finding("share_differs", "error", sentence.where(one), one.value, rates[0], hint)


def _fits(part: Decimal, whole: Decimal, one: Quantity) -> bool:
    return share(part, whole, one.decimals) == one.value
