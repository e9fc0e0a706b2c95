"""A table of rows → CSV or XLSX as bytes. Text that a spreadsheet would run as a formula is kept as text."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from itertools import zip_longest
from math import ceil
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from server.core.spreadsheets import as_text

Value = str | int | float | None
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of a workbook."""
_WIDEST: Final = 36
_UPRIGHT: Final = 96  # columns that stay readable across an upright page
_LYING: Final = 210
_LINE: Final = 15.75  # points
_MOST: Final = 1000
_BROKEN: Final = Alignment(wrap_text=True, vertical="top")


def as_csv(rows: Iterable[Sequence[Value]]) -> bytes:
    """Give rows as CSV in UTF-8, with the mark by which Excel knows it."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([safe_text(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, rows: Iterable[Sequence[Value]]) -> bytes:
    """Give rows as a workbook of one sheet, the first row as its head. Blocks: call it off the event loop."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    widths: list[int] = []
    for row in rows:
        sheet.append([safe_text(value) for value in row])
        for number, value in enumerate(row, 1):
            if _columns_of(value) > _WIDEST:
                sheet.cell(sheet.max_row, number).alignment = _BROKEN
        widths = [max(pair) for pair in zip_longest(widths, map(_columns_of, row), fillvalue=0)]
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = _BROKEN
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = min(max(width + 2, 8), _WIDEST)
    sheet.freeze_panes = "A2"
    fit_to_page(sheet, head=1)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def fit_to_page(sheet: Any, *, head: int) -> None:
    """Set a sheet to the width of an A4 page, or of some where it is very broad, its head on each."""
    setup = sheet.page_setup
    setup.paperSize = sheet.PAPERSIZE_A4
    wide = sum(sheet.column_dimensions[get_column_letter(n)].width for n in range(1, sheet.max_column + 1))
    setup.orientation = "landscape" if wide > _UPRIGHT else "portrait"
    setup.fitToWidth, setup.fitToHeight = ceil(wide / _LYING), 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{head}"
    if setup.fitToWidth > 1:
        sheet.print_title_cols = "A:A"  # what names a row stands on the further pages too
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    _make_room(sheet)


def _make_room(sheet: Any) -> None:
    """Give broken text the height of its lines: LibreOffice prints one line of it otherwise.

    What stands in a merged cell spreads over its columns, and its lines over its rows; LibreOffice would give
    all of these to the first row where it is left to choose.
    """
    areas = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    lines: dict[int, int] = {}
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if isinstance(cell, MergedCell) or not cell.alignment.wrap_text:
            continue
        area = areas.get((cell.row, cell.column))
        last_row, last_column = (area.max_row, area.max_col) if area else (cell.row, cell.column)
        wide = sum(
            sheet.column_dimensions[get_column_letter(at)].width for at in range(cell.column, last_column + 1)
        )
        tall = last_row - cell.row + 1
        needed = ceil(ceil(_columns_of(cell.value) / (wide - 1)) / tall)
        for at in range(cell.row, last_row + 1):
            lines[at] = max(lines.get(at, 1), needed)
    for at, many in lines.items():
        if many > 1 or areas:
            sheet.row_dimensions[at].height = many * _LINE


def _columns_of(value: Value) -> int:
    """Give how many columns of a terminal a value takes: a character of Chinese takes two."""
    return sum(1 + (ord(sign) > 0x2E7F) for sign in str("" if value is None else value)[:_MOST])


def safe_text(value: Value) -> Value:
    """Give a value that no spreadsheet runs as a formula."""
    return as_text(value) if isinstance(value, str) else value
