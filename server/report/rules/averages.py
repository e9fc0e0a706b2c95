"""Averages told beside their total: «12 个部门公开 2400 条,平均每个部门 200 条» (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding
from server.report.prose import Quantity, Sentence

_AVERAGE: Final = re.compile(
    r"^,?(?:(?:平均|均)(?:每|各)(?P<of>[^,。;、\d]{1,8}?)|每(?P<each>[^,。;、\d]{1,8}?)平均|(?P<month>月)均)(?:约|公开|发布|更新|推送)?$"
)
_EACH: Final = re.compile(r"^[^。;\d]{0,6},每(?P<of>[^,。;、\d]{1,4}?)(?:印发|发放|发行|编发|印刷)?$")
_IN_ALL: Final = re.compile(r"^,(?:全年)?(?:总共|共计|合计|共)(?:印发|发放|发行|编发|印刷)?$")
_MONTHS: Final = Decimal(12)


def check_averages(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the averages that are neither rounded nor cut from their total, where a sentence has both."""
    for sentence in sentences:
        yield from _check_product(sentence)
        figures = [one for one in sentence.quantities if one.depth == 0]
        for at, average in enumerate(figures[1:], 1):
            total = figures[at - 1]
            hit = _AVERAGE.match(sentence.masked[total.end : average.start])
            if hit is None or not (average.exact and total.exact) or total.unit != average.unit:
                continue
            many = _many(sentence, figures[: at - 1], hit["of"] or hit["each"] or hit["month"])
            if many is None or many <= 0:
                continue
            step = Decimal(1).scaleb(-average.decimals)
            # Behind a list it is the total that was shared out, or its last part.
            totals = [one.value for one in figures[:at] if one.unit == total.unit and one.exact]
            _off, shared = min((abs(one / many - average.value), one) for one in totals)
            computed = shared / many
            if abs(computed - average.value) >= step:
                shown = computed.quantize(Decimal(1).scaleb(-average.decimals), ROUND_HALF_UP)
                hint = f"{told(shared)} 除以 {told(many)} 应为 {told(shown)}"
                yield Finding("average_differs", "error", sentence.where(average), average.value, shown, hint)


def _check_product(sentence: Sentence) -> Iterator[Finding]:
    """Check «编发 6 期,每期 500 册,共计 3000 册», where nothing stands between."""
    for many, each, total in zip(
        sentence.quantities, sentence.quantities[1:], sentence.quantities[2:], strict=False
    ):
        hit = _EACH.match(sentence.masked[many.end : each.start])
        if (
            hit is None
            or not _IN_ALL.match(sentence.masked[each.end : total.start])
            or hit["of"] != many.unit
            or each.unit != total.unit
            or not (many.exact and each.exact and total.exact)
        ):
            continue
        computed = many.value * each.value
        if computed != total.value:
            hint = f"{told(many.value)} 乘以 {told(each.value)} 应为 {told(computed)}"
            yield Finding("average_differs", "error", sentence.where(total), total.value, computed, hint)


def _many(sentence: Sentence, before: Sequence[Quantity], of: str) -> Decimal | None:
    """Give how many share a total: «12 个部门», «行政村 18 个»; none where two figures could be meant."""
    if of == "月" and "全年" in sentence.text:
        return _MONTHS
    if len(before) == 1 and before[0].exact and of.startswith(before[0].unit or "□"):
        return before[0].value
    named = {
        one.value
        for one in before
        if one.exact and (one.label.endswith(of) or (one.unit + sentence.masked[one.end :]).startswith(of))
    }
    return named.pop() if len(named) == 1 else None
