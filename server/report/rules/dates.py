"""Dates that the calendar does not have, years left over from an older report, a period of another year."""

import re
from calendar import monthrange
from collections.abc import Iterator
from typing import Final

from server.report.document import Document, Paragraph
from server.report.finding import Finding, Severity

_FULL: Final = re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?")
_DAY: Final = re.compile(r"(?<![\d年])(?<!年\s)(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_DASHED: Final = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(\d{1,2})-(\d{1,2})(?![\d-])")
_UNTIL: Final = re.compile(r"截[至止到]\s*(?:至|到)?\s*(\d{4})\s*年")
_PERIOD: Final = re.compile(
    r"(?:期限|数据|统计|时间)[^。;]{0,24}?(?:从|自|为|:)?\s*(\d{4})\s*年\s*1\s*月\s*1\s*日[^。;\d]{0,6}(\d{4})\s*年\s*12\s*月\s*31\s*日"
)
_REPORT: Final = re.compile(r"(\d{4})\s*年?度?\s*(?:政府)?(?:信息|政务)公开(?:工作)?(?:年度|年)?报告")
_ABOUT_THE_PAST: Final = re.compile(
    r"上一?年|上年度|去年|往年|历年|对比|发布了|公布了|完成|及时|按时|按期|按要求"
)
_TITLE_OF_OTHER: Final = re.compile(r"《[^》]*$")
_SENTENCE: Final = re.compile(r"[。,;]")  # a line without any is a title or a link, not something said
_OPENING: Final = 4
_LEAP: Final = 2024


def check_dates(document: Document, year: int | None) -> Iterator[Finding]:
    """Give dates that cannot be, and years that do not belong to the report of a year."""
    title = document.title()
    paragraphs = document.paragraphs
    head = next((one.number for one in paragraphs if one.text == title), 1)
    for paragraph in paragraphs:
        yield from _check_calendar(paragraph)
        if year is not None:
            yield from _check_years(paragraph, year)
            yield from _check_left_over(paragraph, year, opening=paragraph.number <= head + _OPENING)


def _check_calendar(paragraph: Paragraph) -> Iterator[Finding]:
    for hit in (*_FULL.finditer(paragraph.text), *_DASHED.finditer(paragraph.text)):
        if not _exists(int(hit[1]), int(hit[2]), int(hit[3] or 1)):
            yield _impossible(paragraph, hit)
    for hit in _DAY.finditer(paragraph.text):
        if not _exists(_LEAP, int(hit[1]), int(hit[2])):
            yield _impossible(paragraph, hit)


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and year >= 1 and 1 <= day <= monthrange(year, month)[1]


def _impossible(paragraph: Paragraph, hit: re.Match[str]) -> Finding:
    return Finding("impossible_date", "error", _where(paragraph, hit), hit[0], None, "历法上没有这一天")


def _check_years(paragraph: Paragraph, year: int) -> Iterator[Finding]:
    for hit in _UNTIL.finditer(paragraph.text):
        if int(hit[1]) > year + 1:
            hint = f"{year} 年度的报告不会截至 {hit[1]} 年"
            yield Finding("impossible_year", "error", _where(paragraph, hit), hit[1], str(year), hint)
    for hit in _PERIOD.finditer(paragraph.text):
        if {int(hit[1]), int(hit[2])} != {year}:
            hint = f"统计期限应为 {year} 年 1 月 1 日至 12 月 31 日"
            stated = f"{hit[1]}–{hit[2]}"
            yield Finding("period_differs", "error", _where(paragraph, hit), stated, str(year), hint)


def _check_left_over(paragraph: Paragraph, year: int, *, opening: bool) -> Iterator[Finding]:
    for hit in _REPORT.finditer(paragraph.text):
        if int(hit[1]) == year or not _SENTENCE.search(paragraph.text):
            continue
        around = paragraph.text[max(0, hit.start() - 30) : hit.end() + 12]
        quoted = _TITLE_OF_OTHER.search(paragraph.text[: hit.start()])
        # «…关于做好2018年政府信息公开年度报告编制工作的通知» is another paper's name.
        names_notice = quoted and re.match(
            r"[^》]{0,40}(?:通知|意见|要点|函|方案)》", paragraph.text[hit.end() :]
        )
        if _ABOUT_THE_PAST.search(around) or names_notice:
            continue
        severity: Severity = "error" if opening else "warning"
        hint = f"本报告是 {year} 年度的，这里像是沿用了旧稿"
        yield Finding("year_left_over", severity, _where(paragraph, hit), hit[1], str(year), hint)


def _where(paragraph: Paragraph, hit: re.Match[str]) -> str:
    return f"第 {paragraph.number} 段“{hit[0].strip()}”"
