"""Growth, at the decimals it was given with, against the figures of both years (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding, Severity
from server.report.prose import Quantity, Sentence, is_earlier, is_last_years
from server.report.rules.changes import is_from_to
from server.report.rules.rounding import HUNDRED, last_digit, rounded

_GROWTH: Final = re.compile(
    r"^[,、(\s]*(?:同比|比上年度?|较上年度?|比上一年度?|较上一年度?|比去年|较去年|与上年相比|与去年相比)?(?:同期)?(?:相比)?[,]?"
    r"(?:净)?(?:增长|上升|增加|提高|增幅|下降|减少|降低|降幅|缩短|压缩|压减)了?(?:率|幅)?(?:为|达|达到|约)?\s*$"
)
_LAST_YEAR: Final = re.compile(r"(?:上年度?|去年|上一年度?)(?:同期)?[^,。;增减长降]{0,12}$")
_YEAR: Final = re.compile(r"(20\d\d)\s*年")
_LISTED: Final = re.compile(r"其中|分别|包括|:")
_ASIDE: Final = re.compile(r"^\s*\((?:□+|上年度?|去年)(?:同期)?(?:为|是)?\s*$")
_BRACKETS: Final = re.compile(r"^\s*\([^()]*\)")
_GROWS: Final = re.compile(r"(?:增长|上升|增加|下降|减少|降低)了?$")
_REACHES: Final = re.compile(r"^,(?:达到?|为|至)$")
_BECOMES: Final = re.compile(r"^[^,。;、\d]{0,8}(?:到|至|为)[^,。;、\d]{0,12}$")
_CHANGE_BEHIND: Final = re.compile(r"^[,、(]?(?:净|共|即)?(?:增加|增长|减少|下降|多|少)了?$")
_PLAIN: Final = Decimal(2)
_LARGEST_SEARCHED: Final = 200_000


def growth(now: Decimal, before: Decimal, decimals: int) -> Decimal:
    """Give by what percentage a figure grew, rounded half up."""
    return rounded((now - before) * HUNDRED / before, decimals)


def may_have_grown(now: Decimal, percent: Decimal, decimals: int) -> bool:
    """Say whether any whole number before gives this growth: 5 can be 25 % or 66.7 % more, but not 33 %."""
    if now <= 0 or now > _LARGEST_SEARCHED or percent <= -HUNDRED or now != now.to_integral_value():
        return True
    middle = int(now * HUNDRED / (HUNDRED + percent))
    return any(
        growth(now, Decimal(before), decimals) == percent for before in range(max(1, middle - 2), middle + 3)
    )


def check_growth(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the growth of a paragraph that does not follow from its figures."""
    for sentence in sentences:
        for position, one in enumerate(sentence.quantities):
            if one.kind == "percent" and one.exact and one.unit == "%":
                before = sentence.quantities[:position]
                yield from _check_growth(sentence, one, before)
                yield from _check_growth_first(sentence, one, position)
                yield from _check_rounded_growth(sentence, one, before)


def _check_growth(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    # What stands in brackets behind a figure is no figure of its own: «250 条(2017 年为 200 条),增长 25%».
    before = [other for other in before if other.depth <= one.depth]
    if not before:
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
    if is_earlier(sentence, now) or (
        counts[-2:-1] == before[-2:-1] != [] and _is_year_before(sentence, now, counts[-2])
    ):
        base = now
        before_it = [
            other
            for other in counts[:-1]
            if other.unit == base.unit and not is_last_years(sentence.masked[: other.start])
        ]
        if not before_it or not base.exact:
            return
        now = before_it[-1]
    percent = -one.value if one.falling else one.value
    if not now.exact or any(not delta.exact for delta in deltas):
        return
    earlier = _earlier(sentence, now, deltas) if base is None else base.value
    if earlier is not None and earlier > 0:
        computed = growth(now.value, earlier, one.decimals)
        is_possible = _is_of_rounded_money(now, earlier, one, percent)
        if computed != percent and (
            not is_possible or _is_of_wrong_base(now.value, earlier, percent, one.decimals)
        ):
            severity: Severity = "warning" if is_possible else "error"
            hint = f"{told(now.value)} 比 {told(earlier)} 应为 {told(computed)}%"
            yield Finding("growth_differs", severity, sentence.where(one), percent, computed, hint)
    # Behind a list it is the total that grew, or its last part: nobody can tell.
    elif not _LISTED.search(sentence.masked[: now.start]) and not may_have_grown(
        now.value, percent, one.decimals
    ):
        hint = f"没有一个上年的整数能使 {told(now.value)} 的增幅为 {told(percent)}%"
        yield Finding("growth_impossible", "warning", sentence.where(one), percent, None, hint)


def _check_growth_first(sentence: Sentence, one: Quantity, position: int) -> Iterator[Finding]:
    """Check «增长 12.5%,达到 9000 条,上年为 8000 条» and «增长 26.5%(2022 年 68 件,2023 年 86 件)»."""
    others = sentence.quantities[position + 1 :]
    if len(others) != 2 or not _GROWS.search(sentence.masked[: one.start]):
        return
    if sentence.masked[one.end] == "(":
        before, now = others
        fits = _is_year_before(sentence, before, now)
    else:
        now, before = others
        fits = not position and is_earlier(sentence, before)
        fits = fits and bool(_REACHES.match(sentence.masked[one.end : now.start]))
    alike = now.unit == before.unit and now.kind == before.kind == "count" and now.exact and before.exact
    if not alike or not fits or before.value <= 0:
        return
    percent = -one.value if one.falling else one.value
    computed = growth(now.value, before.value, one.decimals)
    if computed != percent:
        hint = f"{told(now.value)} 比 {told(before.value)} 应为 {told(computed)}%"
        yield Finding("growth_differs", "error", sentence.where(one), percent, computed, hint)


def _check_rounded_growth(sentence: Sentence, one: Quantity, before: Sequence[Quantity]) -> Iterator[Finding]:
    """Check «由 80 万次增加到 92 万次,增长 12%»: what no rounding, cutting or raising of both could make."""
    if len(before) < 2:
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
    step, former_step = now.step, former.step
    if sentence.masked[now.start : now.end].count("亿") == sentence.masked[former.start : former.end].count(
        "亿"
    ):
        step = former_step = min(step, former_step)  # beside 1.2 亿 a writer means 1.0 亿 by 1 亿
    ends = [
        ((now.value - step * part) / (former.value + former_step * (1 - part)),
         (now.value + step * (1 - part)) / (former.value - former_step * part))
        for part in (Decimal(0), Decimal("0.5"), Decimal(1))
    ]  # fmt: skip
    room = Decimal(1).scaleb(-one.decimals) / 2
    low = (min(low for low, _high in ends) - 1) * HUNDRED - room
    high = (max(high for _low, high in ends) - 1) * HUNDRED + room
    percent = -one.value if one.falling else one.value
    if not low <= percent <= high or _is_of_wrong_base(now.value, former.value, percent, one.decimals):
        computed = growth(now.value, former.value, one.decimals)
        severity: Severity = "warning" if low <= percent <= high else "error"
        hint = f"{told(now.value)} 比 {told(former.value)} 约为 {told(computed)}%"
        yield Finding("growth_differs", severity, sentence.where(one), percent, computed, hint)


def _is_of_wrong_base(now: Decimal, before: Decimal, percent: Decimal, decimals: int) -> bool:
    """Say whether a growth is of this year's figure: «1.2 亿降到 1 亿,下降 20%» is 0.2 of 1, not of 1.2."""
    if now == 0:
        return False
    mistaken = rounded((now - before) * HUNDRED / now, decimals)
    return mistaken == percent and abs(mistaken - growth(now, before, decimals)) >= _PLAIN


def _is_of_rounded_money(now: Quantity, earlier: Decimal, one: Quantity, percent: Decimal) -> bool:
    """Say whether sums in 万元 may have grown so: they were rounded, what grew was counted in 元."""
    half = min(last_digit(now.value), last_digit(earlier)) / 2
    if now.unit not in ("万元", "亿元") or earlier <= half:
        return False
    low, high = ((now.value - half) / (earlier + half) - 1, (now.value + half) / (earlier - half) - 1)
    room = Decimal(1).scaleb(-one.decimals) / 2
    return low * HUNDRED - room <= percent <= high * HUNDRED + room


def _earlier(sentence: Sentence, now: Quantity, deltas: Sequence[Quantity]) -> Decimal | None:
    """Give last year's figure where the sentence tells it: as a change, or by name."""
    place = sentence.quantities.index(now)
    told_change = deltas or _change_behind(sentence, place)
    if told_change:
        return now.value + (told_change[0].value if told_change[0].falling else -told_change[0].value)
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


def _change_behind(sentence: Sentence, place: int) -> Sequence[Quantity]:
    """Give the change told behind the growth of a figure: «1280 万元,同比下降 3.2%,减少 42.3 万元»."""
    now, *behind = sentence.quantities[place : place + 3]
    if len(behind) < 2 or behind[0].kind != "percent" or behind[1].kind != "delta":
        return ()
    alike = behind[1].exact and behind[1].unit == now.unit
    is_change = _CHANGE_BEHIND.match(sentence.masked[behind[0].end : behind[1].start])
    return behind[1:] if alike and is_change else ()


def _is_year_before(sentence: Sentence, one: Quantity, other: Quantity) -> bool:
    """Say whether a figure is told as of the year before another's."""
    year = _year(sentence, one)
    return year != 0 and year == _year(sentence, other) - 1


def _year(sentence: Sentence, one: Quantity) -> int:
    """Give the last year named before a figure in its sentence, 0 for none."""
    named = _YEAR.findall(sentence.text[: one.start])
    return int(named[-1]) if named else 0
