"""Shares and growth, each at the decimals it was given with (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding, Severity
from server.report.prose import Quantity, Sentence, is_earlier
from server.report.rules.changes import is_from_to

_SHARE: Final = re.compile(r"占[^,。;\d]*$")
_SEVERAL: Final = re.compile(r"分别")
_SEVERAL_SHARES: Final = re.compile(r"^[,、(\s]*(?:(?:占比|比例|比重)分别为|分别占)[^,。;\d]*$")
_SHARE_OF: Final = re.compile(r"^[,、(\s]*约?占[^,。;、\d]*$")
_GROWTH: Final = re.compile(
    r"^[,、(\s]*(?:同比|比上年度?|较上年度?|比上一年度?|较上一年度?|比去年|较去年|与上年相比|与去年相比)?(?:同期)?(?:相比)?[,]?"
    r"(?:净)?(?:增长|上升|增加|提高|增幅|下降|减少|降低|降幅)了?(?:率|幅)?(?:为|达|达到|约)?\s*$"
)
_LAST_YEAR: Final = re.compile(r"(?:上年度?|去年|上一年度?)(?:同期)?[^,。;增减长降]{0,12}$")
_YEAR: Final = re.compile(r"(20\d\d)\s*年")
_PASSING: Final = re.compile(r"(?:不合格|不达标|未达标)[^\d。;]*(?:合格|达标)率[^\d,。;]*$")
_LISTED: Final = re.compile(r"其中|分别|包括|:")
_ASIDE: Final = re.compile(r"^\s*\((?:□+|上年度?|去年)(?:同期)?(?:为|是)?\s*$")
_BRACKETS: Final = re.compile(r"^\s*\([^()]*\)")
_RECOVERED: Final = re.compile(r"(?:发放|发出)[^。;]*(?:收回|回收)[^。;]*回收率[^\d,。;]*$")
_RATE: Final = re.compile(r"^,(\w{2,4})率(?:为|达|达到)?$")
_AMONG: Final = re.compile(r"^[^,。;\d]{0,16}中,?(?:已?有)?$")
_RATE_OF: Final = re.compile(r"^([^,。;\d]{2,20}),(\w{2,4})率(?:为|达|达到)?$")
_GROWS: Final = re.compile(r"(?:增长|上升|增加|下降|减少|降低)了?$")
_REACHES: Final = re.compile(r"^,(?:达到?|为|至)$")
_BECOMES: Final = re.compile(r"^[^,。;、\d]{0,8}(?:到|至|为)[^,。;、\d]{0,12}$")
_HUNDRED: Final = Decimal(100)
_LARGEST_SEARCHED: Final = 200_000


def share(part: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """Give what percentage a part is, rounded half up."""
    return _rounded(part * _HUNDRED / whole, decimals)


def growth(now: Decimal, before: Decimal, decimals: int) -> Decimal:
    """Give by what percentage a figure grew, rounded half up."""
    return _rounded((now - before) * _HUNDRED / before, decimals)


def may_have_grown(now: Decimal, percent: Decimal, decimals: int) -> bool:
    """Say whether any whole number before gives this growth: 5 can be 25 % or 66.7 % more, but not 33 %."""
    if now <= 0 or now > _LARGEST_SEARCHED or percent <= -_HUNDRED or now != now.to_integral_value():
        return True
    middle = int(now * _HUNDRED / (_HUNDRED + percent))
    return any(
        growth(now, Decimal(before), decimals) == percent for before in range(max(1, middle - 2), middle + 3)
    )


def check_percentages(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the shares and the growth of a paragraph that do not follow from its figures."""
    for at, sentence in enumerate(sentences):
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
            yield from _check_growth(sentence, one, before)
            yield from _check_growth_first(sentence, one, position)
            yield from _check_rounded_growth(sentence, one, before)


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
    wholes = [
        other.value
        for other in (*before[:-1], *earlier)
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
    cut = _cut(part.value * scale * _HUNDRED / nearest, one.decimals) == one.value
    hint = f"{told(part.value)} 占 {told(nearest)} 应为 {told(computed)}{one.unit}" + (
        "；像是截去而不是四舍五入" if cut else ""
    )
    yield Finding(
        "share_differs", "warning" if cut else "error", sentence.where(one), one.value, computed, hint
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
    low = (part.value - part.step) * _HUNDRED / (whole.value + whole.step) - half
    high = (part.value + part.step) * _HUNDRED / max(whole.value - whole.step, whole.step) + half
    if not low <= one.value <= high:
        computed = share(part.value, whole.value, one.decimals)
        hint = f"{told(part.value)} 占 {told(whole.value)} 约为 {told(computed)}%"
        yield Finding("share_differs", "error", sentence.where(one), one.value, computed, hint)


def _fill_a_hundred(sentence: Sentence) -> bool:
    """Say whether the shares of a sentence are 100 % together: its writer gave one of them what was left."""
    shares = [one for one in sentence.quantities if one.kind == "percent" and one.unit == "%"]
    return len(shares) > 2 and sum(one.value for one in shares) == _HUNDRED


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
    pairs = list(zip(parts, shares, strict=True))
    wrong = [
        [(part, one) for part, one in pairs if not _fits(part.value, whole, one)] for whole in sorted(wholes)
    ]
    fewest = min(wrong, key=len)
    if not fewest or len(fewest) == len(pairs):
        return  # of another whole, which is not told here
    part, one = fewest[0]
    whole = sorted(wholes)[wrong.index(fewest)]
    computed = share(part.value, whole, one.decimals)
    hint = f"{told(part.value)} 占 {told(whole)} 应为 {told(computed)}%"
    yield Finding("share_differs", "error", sentence.where(one), one.value, computed, hint)


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
    if len(counts) != 2 or counts[1] is not before[-1] or not all(other.exact for other in counts):
        return
    whole, part = counts
    named = _RATE.search(sentence.masked[part.end : one.start])
    if named is None or not part.label.endswith(named[1]) or part.unit != whole.unit or one.value == _HUNDRED:
        return
    if not 0 < part.value <= whole.value or _fits(part.value, whole.value, one):
        return
    computed = share(part.value, whole.value, one.decimals)
    cut = _cut(part.value * _HUNDRED / whole.value, one.decimals) == one.value
    hint = f"{told(whole.value)} 中 {told(part.value)}，{named[1]}率应为 {told(computed)}%"
    severity: Severity = "warning" if cut else "error"
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
    cut = _cut(part.value * _HUNDRED / whole.value, one.decimals) == one.value
    hint = f"{told(whole.value)} 中 {told(part.value)}，{done[2]}率应为 {told(computed)}%"
    severity: Severity = "warning" if cut else "error"
    yield Finding("share_differs", severity, sentence.where(one), one.value, computed, hint)


def _check_growth_first(sentence: Sentence, one: Quantity, position: int) -> Iterator[Finding]:
    """Check «增长 12.5%,达到 9000 条,上年为 8000 条», where a sentence has these and no more."""
    others = sentence.quantities[position + 1 :]
    if position or len(others) != 2 or one.unit != "%" or not _GROWS.search(sentence.masked[: one.start]):
        return
    now, before = others
    alike = now.unit == before.unit and now.kind == before.kind == "count" and now.exact and before.exact
    reaches = _REACHES.match(sentence.masked[one.end : now.start])
    if not alike or not reaches or not is_earlier(sentence, before) or before.value <= 0:
        return
    percent, computed = (
        -one.value if one.falling else one.value,
        growth(now.value, before.value, one.decimals),
    )
    if computed != percent:
        hint = f"{told(now.value)} 比 {told(before.value)} 应为 {told(computed)}%"
        yield Finding("growth_differs", "error", sentence.where(one), percent, computed, hint)


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


def _check_growth(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    # What stands in brackets behind a figure is no figure of its own: «250 条(2017 年为 200 条),增长 25%».
    before = [other for other in before if other.depth <= one.depth]
    if not before or one.unit != "%":
        return
    counts = [other for other in before if other.kind == "count"]
    deltas = [other for other in before if other.kind == "delta" and counts and other.start > counts[-1].end]
    last = deltas[-1] if deltas else counts[-1] if counts else None
    if (
        last is None
        or last is not before[-1]
        or not _GROWTH.match(_BRACKETS.sub("", sentence.masked[last.end : one.start]))
    ):
        return
    now, base = counts[-1], None
    if is_earlier(sentence, now):
        base = now
        before_it = [other for other in counts[:-1] if other.unit == base.unit]
        if not before_it or not base.exact:
            return
        now = before_it[-1]
    percent = -one.value if one.falling else one.value
    if not now.exact or any(not delta.exact for delta in deltas):
        return
    earlier = _earlier(sentence, now, deltas) if base is None else base.value
    if earlier is not None and earlier > 0:
        computed = growth(now.value, earlier, one.decimals)
        if computed != percent and not _is_of_rounded_money(now, earlier, one, percent):
            hint = f"{told(now.value)} 比 {told(earlier)} 应为 {told(computed)}%"
            yield Finding("growth_differs", "error", sentence.where(one), percent, computed, hint)
    # Behind a list it is the total that grew, or its last part: nobody can tell.
    elif not _LISTED.search(sentence.masked[: now.start]) and not may_have_grown(
        now.value, percent, one.decimals
    ):
        hint = f"没有一个上年的整数能使 {told(now.value)} 的增幅为 {told(percent)}%"
        yield Finding("growth_impossible", "warning", sentence.where(one), percent, None, hint)


def _check_rounded_growth(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «由 80 万次增加到 92 万次,增长 12%»: what no rounding, cutting or raising of both could make."""
    if len(before) < 2 or one.unit != "%":
        return
    former, now = before[-2:]
    between = sentence.masked[now.end : one.start].lstrip(")")
    if former.kind != "count" or now.kind != "count" or former.unit != now.unit or not _GROWTH.match(between):
        return
    if is_earlier(sentence, now):
        former, now = now, former
    elif not is_earlier(sentence, former) and not _BECOMES.match(sentence.masked[former.end : now.start]):
        return
    if now.step is None or former.step is None or former.value <= former.step:
        return
    ends = [
        ((now.value - now.step * part) / (former.value + former.step * (1 - part)),
         (now.value + now.step * (1 - part)) / (former.value - former.step * part))
        for part in (Decimal(0), Decimal("0.5"), Decimal(1))
    ]  # fmt: skip
    room = Decimal(1).scaleb(-one.decimals) / 2
    low = (min(low for low, _high in ends) - 1) * _HUNDRED - room
    high = (max(high for _low, high in ends) - 1) * _HUNDRED + room
    percent = -one.value if one.falling else one.value
    if not low <= percent <= high:
        computed = growth(now.value, former.value, one.decimals)
        hint = f"{told(now.value)} 比 {told(former.value)} 约为 {told(computed)}%"
        yield Finding("growth_differs", "error", sentence.where(one), percent, computed, hint)


def _is_of_rounded_money(now: Quantity, earlier: Decimal, one: Quantity, percent: Decimal) -> bool:
    """Say whether sums in 万元 may have grown so: they were rounded, what grew was counted in 元."""
    half = Decimal(1).scaleb(-now.decimals) / 2
    if now.unit not in ("万元", "亿元") or earlier <= half:
        return False
    low, high = ((now.value - half) / (earlier + half) - 1, (now.value + half) / (earlier - half) - 1)
    room = Decimal(1).scaleb(-one.decimals) / 2
    return low * _HUNDRED - room <= percent <= high * _HUNDRED + room


def _earlier(sentence: Sentence, now: Quantity, deltas: Sequence[Quantity]) -> Decimal | None:
    """Give last year's figure where the sentence tells it: as a change, or by name."""
    if deltas:
        return now.value + (deltas[0].value if deltas[0].falling else -deltas[0].value)
    place = sentence.quantities.index(now)
    if place and is_from_to(sentence, sentence.quantities[place - 1], now):
        return sentence.quantities[place - 1].value
    behind = sentence.quantities[place + 1 : place + 2]
    if behind and behind[0].exact and _ASIDE.match(sentence.masked[now.end : behind[0].start]):
        return behind[0].value
    percents = [one for one in sentence.quantities[place + 1 :] if one.kind == "percent"]
    named = sentence.quantities[sentence.quantities.index(percents[0]) + 1 :][:1] if percents else ()
    if named and named[0].exact and named[0].unit == now.unit and is_earlier(sentence, named[0]):
        return named[0].value
    end = 0
    for one in sentence.quantities:
        head, end = sentence.masked[end : one.start], one.end
        if one is now or ";" in sentence.masked[min(one.end, now.end) : max(one.start, now.start)]:
            continue
        alike = one.kind == "count" and one.unit == now.unit
        if (
            alike
            and one.exact
            and (_LAST_YEAR.search(head) or _year(sentence, one) == _year(sentence, now) - 1)
        ):
            return one.value
    return None


def _year(sentence: Sentence, one: Quantity) -> int:
    """Give the last year named before a figure in its sentence, 0 for none."""
    named = _YEAR.findall(sentence.text[: one.start])
    return int(named[-1]) if named else 0


def _fits(part: Decimal, whole: Decimal, one: Quantity) -> bool:
    return share(part, whole, one.decimals) == one.value


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _cut(value: Decimal, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    return value // step * step
