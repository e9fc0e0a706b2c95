"""A table that somebody filled in (CSV or XLSX) → rows by the names of its head, bounded, as text."""

import csv
import zipfile
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Final

from server.report.amounts import plain
from server.report.reading.unreadable import Unreadable

MOST_ROWS: Final = 5_000
_COLUMNS: Final = 64
_UNPACKED: Final = 64 * 1_048_576


@dataclass(frozen=True, slots=True)
class RowIn:
    """A row: its number in the file, the head being row 1, and its values by name."""

    number: int
    values: dict[str, str]


def read_rows(content: bytes, names: tuple[str, ...]) -> tuple[RowIn, ...]:
    """Read rows whose head has all the names; raises Unreadable. Empty rows do not count."""
    grid = _workbook(content) if content.startswith(b"PK") else _text(content)
    if not grid:
        raise Unreadable("文件是空的。")
    head = [plain(cell).strip() for cell in grid[0][:_COLUMNS]]
    missing = [name for name in names if name not in head]
    if missing:
        raise Unreadable(f"第一行应是列名，缺少：{'、'.join(missing)}。")
    if len(grid) - 1 > MOST_ROWS:
        raise Unreadable(f"一次最多导入 {MOST_ROWS} 行。")
    rows = [
        # A row that ends early has its last cells empty.
        RowIn(
            number,
            {name: cell.strip() for name, cell in zip_longest(head, row[: len(head)], fillvalue="") if name},
        )
        for number, row in enumerate(grid[1:], 2)
    ]
    return tuple(row for row in rows if any(row.values.values()))


def _text(content: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        try:
            return list(csv.reader(StringIO(text, newline="")))
        except csv.Error:
            break
    raise Unreadable("读不了这个文件；请用 UTF-8 的 CSV 或 XLSX。")


def _workbook(content: bytes) -> list[list[str]]:
    import openpyxl  # noqa: PLC0415 -- takes half a second that a CSV need not wait
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED:
                raise Unreadable("文件解开后过大。")
        sheet = openpyxl.load_workbook(BytesIO(content), data_only=True, read_only=True).worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=_COLUMNS, values_only=True)
        return [[_cell(value) for value in row] for row in rows]
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
        IndexError,
    ):
        raise Unreadable("XLSX 文件已损坏，请重新另存一次。") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
