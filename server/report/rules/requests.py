"""Requests told in prose alone: what came in must be what was done and what is carried forward (RULES.md §5).

Where a report has table three, `equations.py` and `narrative.py` say the same more exactly.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.report.finding import Finding
from server.report.prose import Sentence

_NAMES: Final = {
    "received": re.compile(r"(?:收到|受理|新收|收办|接收).*申请"),
    "brought": re.compile(r"(?:上年|上一年|上年度|上一年度)结转"),
    "carried": re.compile(r"(?:结转|转)(?:至|到)?(?:下|次|20\d\d)(?:一)?年"),
    "closed": re.compile(r"^(?:已|全部|共|全年|按时)*(?:办结|答复)$"),
    "people": re.compile(r"自然人"),
    "organisations": re.compile(r"法人|其他组织"),
    "予以公开": re.compile(r"^(?:决定|答复)?予以公开(?:的)?$"),
    "部分公开": re.compile(r"^(?:决定|答复)?部分公开(?:的)?$"),
    "不予公开": re.compile(r"^(?:决定|答复)?不予公开(?:的)?$"),
    "无法提供": re.compile(r"^无法提供(?:的)?$"),
    "不予处理": re.compile(r"^不予处理(?:的)?$"),
    "其他处理": re.compile(r"^(?:作)?其他处理(?:的)?$"),
}
_OUTCOMES: Final = ("予以公开", "部分公开", "不予公开", "无法提供", "不予处理", "其他处理")
_OTHER_TIME: Final = re.compile(r"去年|同期|历年|累计|以来")


@dataclass(frozen=True, slots=True)
class _Told:
    value: Decimal
    where: str
    is_new: bool


def check_requests(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Check what one paragraph tells of requests."""
    if not any("申请" in sentence.text for sentence in sentences):
        return
    told = _collect(sentences)
    received = told.get("received")
    if received is None:
        return
    brought = told["brought"].value if "brought" in told else Decimal(0)
    # «收到» may mean with what came over from last year or without; «新收» is without.
    possible = (received.value + brought,) if received.is_new else (received.value, received.value + brought)
    if "people" in told and "organisations" in told:
        total = told["people"].value + told["organisations"].value
        either = (received.value, received.value + brought)
        yield from _compare(received, total, either, "自然人与法人或其他组织之和应等于收到的申请")
    carried = told["carried"].value if "carried" in told else None
    if all(name in told for name in _OUTCOMES):
        done = sum((told[name].value for name in _OUTCOMES), Decimal(0))
        if "closed" in told:
            yield from _compare(told["closed"], done, (told["closed"].value,), "六种办理结果之和应等于办结数")
        elif carried is not None:
            yield from _compare(
                received, done + carried, possible, "各种办理结果与结转之和应等于收到的申请（含上年结转）"
            )
    elif "closed" in told and carried is not None:
        total = told["closed"].value + carried
        yield from _compare(received, total, possible, "办结与结转之和应等于收到的申请（含上年结转）")


def _collect(sentences: Sequence[Sentence]) -> dict[str, _Told]:
    """Give the first figure of each name; a name told twice is left out, for nobody knows which is meant."""
    found: dict[str, _Told] = {}
    twice: set[str] = set()
    for sentence in sentences:
        if _OTHER_TIME.search(sentence.text):
            continue
        for one in sentence.quantities:
            if (
                one.kind != "count"
                or not one.exact
                or one.depth
                or one.unit not in ("件", "", "起", "宗", "例")
            ):
                continue
            name = next((name for name, words in _NAMES.items() if words.search(one.label)), None)
            if name is not None and name in found:
                twice.add(name)
            elif name is not None:
                found[name] = _Told(one.value, sentence.where(one), "新收" in one.label)
    return {name: one for name, one in found.items() if name not in twice}


def _compare(stated: _Told, computed: Decimal, possible: tuple[Decimal, ...], hint: str) -> Iterator[Finding]:
    if computed not in possible:
        nearest = min(possible, key=lambda one: abs(one - computed))
        yield Finding("requests_balance", "error", stated.where, nearest, computed, hint)
