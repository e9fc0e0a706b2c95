"""XLSX → a report: each sheet a table; the covered cells of a merged range do not count as empty.

What is hidden (sheets, rows, columns) no reader sees, and is not read.
"""

import re
import zipfile
from io import BytesIO
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from server.report.document import Document, build
from server.report.forms.form import normal
from server.report.forms.versions import FORMS
from server.report.reading.unreadable import Unreadable

_UNCOUNTED: Final = re.compile(
    rb'<c (?![^>]{0,200}t="str")[^>]{0,200}r="([A-Z]{1,3}\d{1,7})"[^>]{0,200}>'
    rb"<f(?:\s[^>]{0,200})?>[^<]{0,8192}</f>(?:<v\s?/>|<v></v>)?</c>"
)
_ROWS: Final = 20_000
_COLUMNS: Final = 64
_LAST_HEAD: Final = (
    "结果维持"  # table four has one row, which has no label: it may stand empty below its head
)


def read_workbook(content: bytes) -> Document:
    """Read the bytes of an .xlsx file as it was last calculated; raises Unreadable."""
    try:
        book = openpyxl.load_workbook(BytesIO(content), data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError):
        raise Unreadable("XLSX 文件已损坏，不能打开；请用 Excel 或 WPS 重新另存一次。") from None
    if formula := _uncounted(content):
        raise Unreadable(f"表格里的公式还没有算出结果（{formula}）；请用 Excel 或 WPS 打开、保存一次再检查。")
    parts: list[str | list[list[str]]] = []
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            parts.extend(_parts(sheet))
    return build(parts)


def _uncounted(content: bytes) -> str:
    """Give the cell of a formula that no program has counted yet, "" where there is none: it seems blank."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and (hit := _UNCOUNTED.search(archive.read(name))):
                return hit[1].decode(errors="replace")
    return ""


def _parts(sheet: Any) -> list[str | list[list[str]]]:
    covered = {
        (row, column)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
        if (row, column) != (area.min_row, area.min_col)
    }
    parts: list[str | list[list[str]]] = [sheet.title] if "报告" in sheet.title else []
    unseen_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    unseen_columns = {
        at
        for one in sheet.column_dimensions.values()
        if one.hidden
        for at in range(one.min or 0, min(one.max or 0, _COLUMNS) + 1)
    }
    grid: list[list[str]] = []
    rows, columns = min(sheet.max_row, _ROWS), min(sheet.max_column, _COLUMNS)
    for number, row in enumerate(sheet.iter_rows(max_row=rows, max_col=columns, values_only=True), 1):
        if number in unseen_rows:
            continue
        cells = [
            _text(value)
            for at, value in enumerate(row, 1)
            if (number, at) not in covered and at not in unseen_columns
        ]
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and filled[0] == cells[0] and _is_caption(cells):
            parts.extend((grid, filled[0])) if grid else parts.append(filled[0])
            grid = []
        elif filled or (grid and _LAST_HEAD in grid[-1]):
            grid.append(cells)
    return [*parts, grid]


def _is_caption(cells: list[str]) -> bool:
    """Say whether what stands alone in its line is a text, and no figure and no row that nobody filled in."""
    is_row = len(cells) > 1 and any(
        row.is_called(normal(cells[0])) for form in FORMS for _table, row in form.rows()
    )
    return not is_row and not cells[0].replace(".", "").isdigit()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
