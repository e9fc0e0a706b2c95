"""server/report/sheets.py: workbooks that people print: a head on every page, all columns on the paper."""

import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from server.report.assessing.assessment import Assessed, Assessment, Cell
from server.report.assessing.scheme import OURS
from server.report.assessing.workbook import assessment_as_xlsx
from server.report.sheets import Value, as_xlsx
from server.store.orgs import OrgRow

HEAD = ["日期", "标题", "索引号", "机构", "渠道", "链接", "公开时间", "公开地点", "经办人"]
TITLE = "示范旗人民政府关于印发示范旗困难群众医疗救助实施办法的通知"
ROW: list[Value] = ["2026-11-29", TITLE, "00000001/2026-00001", "示范旗人民政府办公室", "政府网站"]


def _sheet(content: bytes):
    book = load_workbook(BytesIO(content))
    assert book.active is not None
    return book.active


def test_a_broad_table_lies_across_the_page_under_a_head_that_comes_again():
    sheet = _sheet(
        as_xlsx("台账", [HEAD, [*ROW, "http://www.example.gov.cn/a/1.html", "", "政务大厅", "乌云"]])
    )
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["B2"].alignment.wrap_text


def test_a_narrow_table_stands_and_one_of_many_columns_takes_several_pages():
    assert _sheet(as_xlsx("统计", [["渠道", "条数"], ["政府网站", 4]])).page_setup.orientation == "portrait"
    sheet = _sheet(as_xlsx("统计", [["机" * 20] * 30]))
    assert sheet.page_setup.fitToWidth > 1
    assert sheet.print_title_cols == "$A:$A"


@pytest.mark.slow
@pytest.mark.needs("soffice")
def test_every_row_is_printed_whole_under_the_head(tmp_path: Path):
    rows: list[list[Value]] = [[*HEAD], *([f"第{n}行", *ROW[1:]] for n in range(1, 201))]
    (tmp_path / "rows.xlsx").write_bytes(as_xlsx("台账", rows))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "rows.xlsx")],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    pages = [page.extract_text() for page in PdfReader(tmp_path / "rows.pdf").pages]
    assert len(pages) > 1
    assert all("索引号" in page and f"共 {len(pages)} 页" in page for page in pages)
    text = "".join("".join(pages).split())
    assert all(f"第{n}行" in text for n in range(1, 201))
    assert text.count(TITLE) == 200


@pytest.mark.slow
@pytest.mark.needs("soffice")
def test_an_assessment_of_many_organs_is_printed_with_every_indicator_and_basis(tmp_path: Path):
    cells = tuple(
        Cell(one, Decimal(50), f"依据{number}", one.points(Decimal(50))) for number, one in enumerate(OURS)
    )
    organs = tuple(Assessed(OrgRow(str(n), str(n), f"示范旗第{n}局", None), cells) for n in range(1, 13))
    made = Assessment(2026, OURS, organs, datetime(2027, 1, 2, tzinfo=UTC))
    (tmp_path / "assessment.xlsx").write_bytes(assessment_as_xlsx(made))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(tmp_path / "assessment.xlsx")],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    pages = ["".join(page.extract_text().split()) for page in PdfReader(tmp_path / "assessment.pdf").pages]
    text = "".join(pages)
    assert all(f"共{len(pages)}页" in page for page in pages)
    for one in OURS:
        # Once among the points (again on each further page across), and for every organ with its basis.
        assert text.count(one.name) >= 1 + len(organs), one.name
    assert all(text.count(f"示范旗第{n}局") >= 1 + len(OURS) for n in range(1, 10))
    assert all(text.count(f"依据{number}") >= len(organs) for number in range(len(OURS)))
    first = organs[0]
    assert f"{float(first.points):g}" in text
