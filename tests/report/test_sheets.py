"""server/report/sheets.py: workbooks that people print: a head on every page, all columns on the paper."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from server.report.sheets import Value, as_xlsx

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
    assert _sheet(as_xlsx("统计", [["机" * 20] * 30])).page_setup.fitToWidth > 1


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
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
