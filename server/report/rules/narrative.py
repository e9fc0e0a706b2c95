"""Figures told in prose must be those of the tables (RULES.md §4, K).

Reviews and suits are only warned of: some reports count in the text what was filed and in the table what was
decided, and a person must judge (宿迁 2024: 134 against 170).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.report.amounts import told
from server.report.cells import Cells
from server.report.finding import Finding, Severity
from server.report.forms.form2014 import CHANNELS, FIGURE, TOTAL
from server.report.forms.requests import (
    ALL_DONE,
    BROUGHT,
    CARRIED,
    GROUPS,
    NEW,
    ORGANISATIONS,
    PEOPLE,
    REVIEWS,
    SUITS,
)
from server.report.prose import Sentence

_TOTAL: Final = "总计"
_OTHER_YEAR: Final = re.compile(r"上年|去年|上一年|同期|历年|累计|以来|其中.{0,6}市本级|季度|上半年|下半年")
_REQUEST_TALK: Final = re.compile(r"申请")
_REVIEW_TALK: Final = re.compile(r"信息公开|政务公开")
Answers = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What words in the text name, and what the tables have for it; several answers where usage differs."""

    words: re.Pattern[str]
    answers: Callable[[Cells], Answers]
    name: str
    severity: Severity = "error"


def _requests(cells: Cells, *rows: str, columns: Sequence[str] = (_TOTAL,)) -> Decimal | None:
    found = [cells.amount("三", row, column) for row in rows for column in columns]
    return None if None in found else sum((one.value for one in found if one is not None), Decimal(0))


def _one(*rows: str) -> Callable[[Cells], Answers]:
    return lambda cells: tuple(one for one in (_requests(cells, *rows),) if one is not None)


def _received(cells: Cells) -> Answers:
    return _known(_requests(cells, NEW), _requests(cells, NEW, BROUGHT))


def _by(columns: Sequence[str]) -> Callable[[Cells], Answers]:
    return lambda cells: _known(
        _requests(cells, NEW, columns=columns), _requests(cells, NEW, BROUGHT, columns=columns)
    )


def _other(cells: Cells) -> Answers:
    if cells.form is None:
        return ()
    rows = [row.key for row in cells.form.table("三").rows if row.key.startswith("(六)")]
    return _known(_requests(cells, *rows))


def _four(*rows: str) -> Callable[[Cells], Answers]:
    def give(cells: Cells) -> Answers:
        found = [cells.amount("四", row, _TOTAL) for row in rows]
        return () if None in found else (sum((one.value for one in found if one is not None), Decimal(0)),)

    return give


def _known(*values: Decimal | None) -> Answers:
    return tuple(value for value in values if value is not None)


_TELLS: Final = (
    _Told(re.compile(r"^(?:.*(?:收到|受理|新收|收办|接收).*申请.*)$"), _received, "收到申请"),
    _Told(re.compile(r"^(?:.*自然人.*)$"), _by((PEOPLE,)), "自然人申请"),
    _Told(re.compile(r"^(?:.*(?:法人|其他组织).*)$"), _by(ORGANISATIONS), "法人或其他组织申请"),
    _Told(re.compile(r"^(?:.*(?:上年|上一年|上年度|上一年度)结转.*|结转上年.*)$"), _one(BROUGHT), "上年结转"),
    _Told(re.compile(r"^(?:.*(?:结转|转)(?:至)?(?:到)?(?:下|次)(?:一)?年.*)$"), _one(CARRIED), "结转下年度"),
    _Told(re.compile(r"^(?:决定|答复)?予以公开(?:的)?$"), _one("(一)予以公开"), "予以公开"),
    _Told(re.compile(r"^(?:决定|答复)?部分公开(?:的)?$"), _one("(二)部分公开"), "部分公开"),
    _Told(re.compile(r"^(?:决定|答复)?不予公开(?:的)?$"), _one(*GROUPS["不予公开"]), "不予公开"),
    _Told(re.compile(r"^无法提供(?:的)?$"), _one(*GROUPS["无法提供"]), "无法提供"),
    _Told(re.compile(r"^不予处理(?:的)?$"), _one(*GROUPS["不予处理"]), "不予处理"),
    _Told(re.compile(r"^(?:作)?其他处理(?:的)?$"), _other, "其他处理"),
    _Told(
        re.compile(r"^(?:.*(?:办结|答复|办理).*申请.*)$"),
        lambda cells: _known(_requests(cells, ALL_DONE), _requests(cells, NEW, BROUGHT)),
        "办结申请",
        "warning",
    ),
    _Told(re.compile(r"^(?:.*行政复议(?!.*诉讼).*)$"), _four(REVIEWS), "行政复议", "warning"),
    _Told(re.compile(r"^(?:.*行政诉讼(?!.*复议).*)$"), _four(*SUITS), "行政诉讼", "warning"),
)  # fmt: skip


_ROWS_2014: Final = (
    (re.compile(r"^(?:.*(?:新增|共|累计))?.{0,12}主动公开(?:政府)?信息$"), TOTAL),
    (re.compile(r"^(?:通过)?政府公报(?:公开(?:政府)?信息)?$"), CHANNELS[0].key),
    (re.compile(r"^(?:通过)?政府(?:门户)?网站公开(?:政府)?信息$"), CHANNELS[1].key),
    (re.compile(r"^(?:通过)?政务微博公开(?:政府)?信息$"), CHANNELS[2].key),
    (re.compile(r"^(?:通过)?政务微信公开(?:政府)?信息$"), CHANNELS[3].key),
    (re.compile(r"^(?:通过)?其他方式公开(?:政府)?信息$"), CHANNELS[4].key),
    (re.compile(r"^.{0,12}(?:收到|受理)(?:政府信息公开|信息公开|依申请公开)?申请$"), "(一)收到申请数"),
)


def _check_2014(cells: Cells, sentences: Sequence[Sentence], year: int | None) -> Iterator[Finding]:
    """Compare the totals and channels in the text with the 统计表."""
    for sentence in sentences:
        if _is_elsewhere(sentence, year):
            continue
        for one in sentence.quantities:
            row = next((row for words, row in _ROWS_2014 if words.match(one.label)), None)
            stated = None if row is None else cells.amount("统计表", row, FIGURE)
            if (
                row is None
                or stated is None
                or one.kind != "count"
                or not one.exact
                or one.value == stated.value
            ):
                continue
            hint = f"统计表中“{row}”为 {told(stated.value)}，正文应与表一致"
            yield Finding("narrative_differs", "error", sentence.where(one), one.value, stated.value, hint)


def check_narrative(cells: Cells, sentences: Sequence[Sentence], year: int | None) -> Iterator[Finding]:
    """Compare the counts in sentences with the tables; sentences about other times are left out."""
    if "统计表" in cells.whole:
        yield from _check_2014(cells, sentences, year)
        return
    if "三" not in cells.whole and "四" not in cells.whole:
        return
    for sentence in sentences:
        if _is_elsewhere(sentence, year):
            continue
        for one in sentence.quantities:
            if one.kind == "count" and one.exact and one.unit in ("件", "", "起", "宗", "例", "个"):
                yield from tell(
                    cells, one.label, one.value, sentence.where(one), context=sentence.paragraph.text
                )


def tell(cells: Cells, label: str, value: Decimal, where: str, *, context: str) -> Iterator[Finding]:
    """Compare one named figure with the tables, if it names something that they have."""
    for told_as in _TELLS:
        if not told_as.words.match(label) or ("上年" in label and told_as.name != "上年结转"):
            continue
        talk = _REVIEW_TALK if told_as.severity == "warning" and "申请" not in told_as.name else _REQUEST_TALK
        answers = told_as.answers(cells)
        if answers and value not in answers and talk.search(context):
            hint = f"表中“{told_as.name}”为 {told(answers[0])}，正文应与表一致"
            if told_as.severity == "warning":
                hint += "；口径不同的请说明"
            yield Finding("narrative_differs", told_as.severity, where, value, answers[0], hint)
        return


def _is_elsewhere(sentence: Sentence, year: int | None) -> bool:
    text = sentence.text
    if _OTHER_YEAR.search(
        text.replace("上年结转", "")
        .replace("上年度结转", "")
        .replace("上一年度结转", "")
        .replace("上一年结转", "")
    ):
        return True
    years = {int(found) for found in re.findall(r"(20\d\d)年", text)}
    return year is not None and bool(years) and year not in years
