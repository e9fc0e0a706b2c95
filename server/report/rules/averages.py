"""Averages told beside their total: «12 个部门公开 2400 条,平均每个部门 200 条» (RULES.md §6)."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding
from server.report.prose import Sentence

_AVERAGE: Final = re.compile(r"^,?(?:平均|均)(?:每|各)(?P<of>[^,。;、\d]{1,8}?)(?:约|公开|发布|更新|推送)?$")
_MONTHS: Final = Decimal(12)


def check_averages(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the averages that are neither rounded nor cut from their total, where a sentence has both."""
    for sentence in sentences:
        figures = [one for one in sentence.quantities if one.depth == 0]
        for at, average in enumerate(figures[1:], 1):
            total = figures[at - 1]
            hit = _AVERAGE.match(sentence.masked[total.end : average.start])
            if hit is None or not (average.exact and total.exact) or total.unit != average.unit:
                continue
            many = _MONTHS if hit["of"] == "月" and "全年" in sentence.text else None
            if at == 2 and hit["of"].startswith(figures[0].unit or "□") and figures[0].exact:
                many = figures[0].value
            if many is None or many <= 0:
                continue
            computed = total.value / many
            if abs(computed - average.value) >= Decimal(1).scaleb(-average.decimals):
                shown = computed.quantize(Decimal(1).scaleb(-average.decimals), ROUND_HALF_UP)
                hint = f"{told(total.value)} 除以 {told(many)} 应为 {told(shown)}"
                yield Finding("average_differs", "error", sentence.where(average), average.value, shown, hint)
