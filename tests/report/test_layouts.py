"""server/report/check.py on reports as different offices lay them out: no false alarm, no miss."""

from io import BytesIO

import openpyxl
import pytest

from server.report.check import check_report
from server.report.document import build
from server.report.finding import Finding
from server.report.reading.file import read_content
from tests.report.layouts import LAYOUTS, Layout

each = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)


def _found(layout: Layout, *, is_right: bool) -> list[Finding]:
    read = read_content(layout.file(is_right=is_right), layout.suffix)
    found = check_report(read if not isinstance(read, tuple) else read[0])
    return [one for one in found if one.severity != "note"]


@each
def test_a_correct_report_is_left_in_peace_however_it_is_laid_out(layout: Layout):
    assert _found(layout, is_right=True) == []


@each
def test_one_wrong_figure_is_found_however_it_is_laid_out(layout: Layout):
    assert [one for one in _found(layout, is_right=False) if one.severity == "error"]


@pytest.mark.parametrize(
    "grid",
    [
        [
            ["渠道", "条数"],
            ["政府网站", "80"],
            ["政务微博", "30"],
            ["合计", "90"],
        ],  # one item on two channels
        [["项目", "件数"], ["一、来信", "5"], ["(一)已答复", "3"], ["(二)未答复", "2"], ["合计", "5"]],
        [["项目", "件数"], ["来信", "5"], ["其中:已答复", "3"], ["来访", "2"], ["合计", "7"]],
        [["单位", "件数", "按时率"], ["甲局", "5", "100"], ["乙局", "5", "90"], ["合计", "10", "95"]],
        [["单位", "件数"], ["甲局", "5"], ["乙局", "/"], ["丙局", ""], ["合计", "6"]],
        [["年度", "2021", "2022"], ["来信", "5", "6"], ["来访", "1", "2"], ["合计", "6", "8"]],
        [["序号", "合计"], ["1", "7"], ["2", "8"]],
    ],
)
def test_a_table_that_cannot_simply_be_added_up_is_left_in_peace(grid: list[list[str]]):
    found = check_report(build(["某县2023年政府信息公开工作年度报告", grid]))
    assert [
        one for one in found if one.rule in ("sum_differs", "channels_short", "channel_exceeds_total")
    ] == []


MERGED = """<h1>某县2023年政府信息公开工作年度报告</h1><table>
<tr><th colspan="2">项目</th><th>件数</th></tr>
<tr><td rowspan="2">信访</td><td>来信</td><td>1，２００</td></tr><tr><td>来访</td><td>300</td></tr>
<tr><td>电话</td><td>来电</td><td>500</td></tr><tr><td colspan="2">合计</td><td>{total}</td></tr></table>"""


@pytest.mark.parametrize(("total", "rules"), [("2,000", []), ("2,010", ["sum_differs"])])
@pytest.mark.parametrize("frame", ["{}", "<table><tr><td>导航</td></tr><tr><td>{}</td></tr></table>"])
def test_cells_that_are_merged_or_nested_keep_no_sum_from_being_held(
    total: str, rules: list[str], frame: str
):
    page = frame.format(MERGED.format(total=total))
    found = check_report(read_content(f"<html><body>{page}</body></html>".encode(), ".html"))
    assert [one.rule for one in found] == rules


@pytest.mark.parametrize(("total", "rules"), [(2000, []), (2100, ["sum_differs"])])
def test_what_a_workbook_hides_is_not_read(total: int, rules: list[str]):
    book, out = openpyxl.Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["某县2023年政府信息公开工作年度报告"], ["项目", "旧", "件数"], ["来信", 1, 1200], ["来访", 2, 300],
        ["旧数据", 7, 999], ["来电", 3, 500], ["合计", 99, total],
    ):  # fmt: skip
        sheet.append(row)
    sheet.row_dimensions[5].hidden = sheet.column_dimensions["B"].hidden = True
    draft = book.create_sheet("底稿")
    for row in (["项目", "件数"], ["甲", 1], ["乙", 2], ["合计", 9]):
        draft.append(row)
    draft.sheet_state = "hidden"
    book.save(out)
    found = check_report(read_content(out.getvalue(), ".xlsx"))
    assert [one.rule for one in found] == rules
