"""Chapters of the format: five must say something, and what was charged is told in six (RULES.md §3, §4)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from server.report.amounts import Amount
from server.report.cells import Cells
from server.report.document import Chapter, Document
from server.report.finding import Finding

_FIRST: Final = 2019
_NOTHING: Final = re.compile(r"^(?:无|暂无|没有|无问题|不存在问题|/)?[。.]?$")
_CHARGED: Final = re.compile(r"信息处理费[^。;]{0,30}?(\d+(?:\.\d+)?)\s*(?:万?元|件)")
_FEE_TALK: Final = re.compile(r"处理费|收费|费用|收取")
_FEE_ROW: Final = "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"


def check_chapters(document: Document, cells: Cells) -> Iterator[Finding]:
    """Give what is missing from chapters five and six of a report in the formats of 2019 and 2021."""
    if cells.form is None or cells.form.first < _FIRST:
        return
    chapters = tuple(document.chapters())
    named = {chapter.numeral: chapter for chapter in chapters}
    five = named.get("五")
    if five is not None and "问题" in five.heading and _says_nothing(five):
        hint = "第五部分要写明存在的主要问题及改进情况，不能为空或“无”"
        yield Finding("chapter_five_empty", "error", f"五、{five.heading}", _text(five) or "空", None, hint)
    if "六" in named:
        yield from _check_fees(cells, chapters, named["六"])


def _check_fees(cells: Cells, chapters: Sequence[Chapter], six: Chapter) -> Iterator[Finding]:
    if _FEE_TALK.search(_text(six)):
        return
    elsewhere = "。".join(_text(chapter) for chapter in chapters if chapter is not six)
    charged = any(float(hit[1]) > 0 for hit in _CHARGED.finditer(elsewhere))
    fees = [
        cell.value
        for key, cell in cells.values.items()
        if isinstance(cell, Amount) and (key[1] == "行政事业性收费" or _FEE_ROW in key[1]) and cell.value > 0
    ]
    if charged or fees:
        hint = "有收费的，第六部分要报告收取信息处理费的情况；没有收取的也请写明"
        stated = fees[0] if fees else None
        yield Finding("fees_untold", "warning", f"六、{six.heading}", stated, None, hint)


def _says_nothing(chapter: Chapter) -> bool:
    return not chapter.has_table and bool(_NOTHING.match(re.sub(r"\s", "", _text(chapter))))


def _text(chapter: Chapter) -> str:
    return "".join(one.text for one in chapter.paragraphs)
