"""Document numbers: 机关代字〔YYYY〕N号, in its own brackets, and the number a known title really has."""

import re
from collections.abc import Iterator
from typing import Final

from server.report.document import Document, Paragraph
from server.report.finding import Finding

_NUMBER: Final = re.compile(
    r"(?P<organ>[\u4e00-\u9fff]{1,10}?(?:发|函|办|政|字|规|通|批|委|党|令))\s*"
    r"(?P<open>[〔\[(【「{])\s*(?P<year>\d{4})\s*(?P<close>[〕\])】」}])\s*"
    r"(?P<ordinal>第)?\s*(?P<number>\d{1,5})\s*(?P<sign>号)?"
)
_LEAD: Final = re.compile(r"^.*(?:根据|按照|依据|执行|印发|转发|落实|贯彻|以及|参照|见|和|的|以|由|按)")
_CITED: Final = re.compile(r"《(?P<title>[^《》]{4,80})》\s*[((]\s*(?P<number>[^()()]{4,30}?号)\s*[))]")

# What is known by title (RULES.md §7). A report that cites one of these under another number is wrong.
_REGISTER: Final = {
    "政府网站发展指引": "国办发〔2017〕47号",
    "关于加强和规范政府信息公开情况统计报送工作的通知": "国办发〔2014〕32号",
    "《关于全面推进政务公开工作的意见》实施细则": "国办发〔2016〕80号",
    "关于推进政务新媒体健康有序发展的意见": "国办发〔2018〕123号",
    "中华人民共和国政府信息公开工作年度报告格式": "国办公开办函〔2021〕30号",
}


_SHORT_YEAR: Final = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[【]\d\d[〕\]】]\s*第?\d{1,4}\s*号")


def check_letters(document: Document, year: int | None) -> Iterator[Finding]:
    """Give document numbers that are written wrongly, come from the future or belong to another paper."""
    for paragraph in document.paragraphs:
        for hit in _NUMBER.finditer(paragraph.text):
            yield from _check_form(paragraph, hit)
            if year is not None and int(hit["year"]) > year + 1:
                where = f"第 {paragraph.number} 段“{hit[0]}”"
                hint = f"{year} 年度的报告引用了 {hit['year']} 年的文号"
                yield Finding("letter_year", "warning", where, hit["year"], str(year), hint)
        for hit in _SHORT_YEAR.finditer(paragraph.text):
            hint = "文号里的年份应写四位，放在六角括号“〔〕”里"
            yield Finding("letter_form", "warning", f"第 {paragraph.number} 段“{hit[0]}”", hit[0], None, hint)
        for hit in _CITED.finditer(paragraph.text):
            yield from _check_title(paragraph, hit)


def _check_form(paragraph: Paragraph, hit: re.Match[str]) -> Iterator[Finding]:
    organ = _LEAD.sub("", hit["organ"])
    right = f"{organ}〔{hit['year']}〕{int(hit['number'])}号"
    if re.sub(r"\s", "", hit[0]).endswith(right):
        return
    stated = hit[0].strip().removeprefix(hit["organ"].removesuffix(organ))
    hint = f"文号应写成“{right}”：六角括号，不加“第”，不补零"
    yield Finding("letter_form", "warning", f"第 {paragraph.number} 段“{stated}”", stated, right, hint)


def _check_title(paragraph: Paragraph, hit: re.Match[str]) -> Iterator[Finding]:
    stated = re.sub(r"\s", "", hit["number"]).translate(str.maketrans("[【(])】", "〔〔〔〕〕〕"))
    for title, number in _REGISTER.items():
        if title in hit["title"] and stated != number:
            where = f"第 {paragraph.number} 段“《{hit['title']}》”"
            yield Finding("letter_wrong", "error", where, stated, number, f"《{title}》的文号是 {number}")
