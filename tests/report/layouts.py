"""Ten reports as different offices lay them out: each right as it stands, and wrong with one figure changed.

All made up. `wrong` takes the place of `right` once; the check is to speak then, and to be silent before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import docx
import openpyxl


@dataclass(frozen=True, slots=True)
class Layout:
    """A report: how it is laid out, the text of it, the figure that is changed, and how it becomes a file."""

    name: str
    text: str
    right: str
    wrong: str
    suffix: str = ".txt"
    make: Callable[[str], bytes] = str.encode

    def file(self, *, is_right: bool) -> bytes:
        """Give the file."""
        assert self.text.count(self.right) >= 1, self.name
        return self.make(self.text if is_right else self.text.replace(self.right, self.wrong, 1))


def _html(rows: str) -> str:
    return f"<html><body><h1>某县2023年政府信息公开工作年度报告</h1>{rows}</body></html>"


def _word(text: str) -> bytes:
    """Give a Word file: lines with bars are rows of a table, all others paragraphs."""
    made, table = docx.Document(), None
    for line in text.splitlines():
        cells = line.split("|")
        if len(cells) == 1:
            made.add_paragraph(line)
            table = None
            continue
        if table is None:
            table = made.add_table(0, len(cells))
        for cell, value in zip(table.add_row().cells, cells, strict=True):
            cell.text = value
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _workbook(text: str) -> bytes:
    """Give a workbook: a line a row, figures as numbers."""
    book, out = openpyxl.Workbook(), BytesIO()
    for line in text.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split("|")])
    book.save(out)
    return out.getvalue()


def _requests_2021(name: str) -> str:
    done = (
        ("(一)予以公开", 5), ("(二)部分公开（区分处理的，只计这一情形，不计其他情形）", 2),
        ("1.属于国家秘密", 0), ("2.其他法律行政法规禁止公开", 1), ("3.危及“三安全一稳定”", 0),
        ("4.保护第三方合法权益", 1), ("5.属于三类内部事务信息", 0), ("6.属于四类过程性信息", 0),
        ("7.属于行政执法案卷", 0), ("8.属于行政查询事项", 1), ("1.本机关不掌握相关政府信息", 4),
        ("2.没有现成信息需要另行制作", 0), ("3.补正后申请内容仍不明确", 0), ("1.信访举报投诉类申请", 0),
        ("2.重复申请", 1), ("3.要求提供公开出版物", 0), ("4.无正当理由大量反复申请", 0),
        ("5.要求行政机关确认或重新出具已获取信息", 0),
        ("1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", 0),
        ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", 0), ("3.其他", 0),
    )  # fmt: skip
    rows = (
        ("一、本年新收政府信息公开申请数量", 16), ("二、上年结转政府信息公开申请数量", 1), *done,
        ("(七)总计", 15), ("四、结转下年度继续办理", 2),
    )  # fmt: skip
    return "\n".join((name, *(f"{label}|{count}|0|0|0|0|0|{count}" for label, count in rows)))


_HEAD_2021 = "某县2023年政府信息公开工作年度报告"
_COLUMNS = "项目|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计"

LAYOUTS: Final = (
    Layout(
        "one sentence with its parts",
        "某旗2017年政府信息公开工作年度报告\n2017年，全旗共主动公开政府信息1560条，其中：政府网站公开900条，"
        "政务微博公开360条，政务微信公开200条，其他方式公开100条。\n",
        "900条", "800条",
    ),
    Layout(
        "digits of full width and separators of thousands",
        "某县２０１８年政府信息公开工作年度报告\n一年来，主动公开政府信息１２，３４５条，其中：政府网站公开１０，０００条，"
        "政务微博公开２，０００条，其他方式公开３４５条。\n",
        "３４５条。", "２４５条。",
    ),
    Layout(
        "a table in plain text, with a total below",
        "某市2019年政府信息公开工作年度报告\n各渠道公开情况\n渠道\t条数\n政府网站\t2,310\n政务微博\t480\n政务微信\t610\n合计\t3,400\n",
        "610", "510",
    ),
    Layout(
        "table three in Word, its parts indented under their groups",
        f"{_HEAD_2021}\n三、收到和处理政府信息公开申请情况\n{_COLUMNS}\n" + _requests_2021("").strip(),
        "(七)总计|15", "(七)总计|14", ".docx", _word,
    ),
    Layout(
        "a page of HTML with merged cells",
        _html(
            "<table><tr><td rowspan='2'>渠道</td><td colspan='2'>公开条数</td></tr>"
            "<tr><td>上半年</td><td>下半年</td></tr>"
            "<tr><td>政府网站</td><td>120</td><td>180</td></tr>"
            "<tr><td>政务微信</td><td>40</td><td>60</td></tr>"
            "<tr><td>合计</td><td>160</td><td>240</td></tr></table>"
        ),
        "<td>240</td>", "<td>250</td>", ".html",
    ),
    Layout(
        "a workbook of several organs with one sum",
        "某县2023年政府信息公开工作年度报告\n单位|政府网站|政务微博|合计\n县教育局|120|30|150\n县民政局|80|15|95\n"
        "县财政局|60|5|65\n合计|260|50|310",
        "|95", "|59", ".xlsx", _workbook,
    ),
    Layout(
        "a table that a page broke in two, with its head again",
        "某区2020年政府信息公开工作年度报告\n序号|单位|条数\n1|区政府办|210\n2|区教育局|130\n3|区民政局|90\n"
        "序号|单位|条数\n4|区财政局|70\n合计||500",
        "|130", "|180", ".docx", _word,
    ),
    Layout(
        "growth over the year before, rounded",
        "某旗2017年政府信息公开工作年度报告\n2017年主动公开政府信息1250条，比上年的1000条增长25%。\n",
        "25%", "35%",
    ),
    Layout(
        "tens of thousands, and a note at the foot",
        "某市2022年政府信息公开工作年度报告\n全年主动公开政府信息1.2万条，其中政府网站公开8000条，政务新媒体公开2400条①，其他方式公开1600条。\n"
        "①政务新媒体包括微博3个、微信5个。\n",
        "8000条", "6000条",
    ),
    Layout(
        "requests told in a list",
        "某县2016年政府信息公开工作年度报告\n全年共收到政府信息公开申请28件，其中：当面申请6件，网络申请20件，信函申请2件。\n"
        "全年答复28件，其中：同意公开21件，同意部分公开3件，不同意公开4件。\n",
        "信函申请2件", "信函申请3件",
    ),
)  # fmt: skip
