"""A table of rows → CSV or XLSX as bytes. Text that a spreadsheet would run as a formula is kept as text."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font

Value = str | int | float | None
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")


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
    for row in rows:
        sheet.append([safe_text(value) for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def safe_text(value: Value) -> Value:
    """Give a value that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.startswith(_RUNS):
        return "'" + value
    return value
