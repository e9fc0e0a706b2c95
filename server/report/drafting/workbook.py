"""A draft as a workbook: the channels, the tables as the form prints them, and the source of every cell."""

from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from server.report.amounts import read_cell
from server.report.drafting.archive import without_clock
from server.report.drafting.draft import Draft, Heading, TableBlock
from server.report.drafting.given import STATUTORY
from server.report.drafting.paper import Sheet, sheet_of, together
from server.report.figures import CHANNEL_NAMES
from server.report.sheets import fit_to_page, safe_text

_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)

_MILLIMETRES: Final = 1.9  # of one sign of a column's width


def draft_as_xlsx(draft: Draft) -> bytes:
    """Give the tables of a draft; the same draft gives the same bytes. Blocks: call it off the event loop."""
    book = Workbook()
    first = book.active
    first.title = "渠道"
    first.append([safe_text(draft.title)])
    first.append(["渠道", "条数"])
    first.append(["主动公开政府信息数", draft.given.items])
    for channel in STATUTORY:
        first.append([CHANNEL_NAMES[channel], draft.given.channels.get(channel, 0)])
    sources = book.create_sheet("来源")
    sources.append(["表", "行", "列", "来源"])
    heading = ""
    for block in together(draft.blocks):
        match block:
            case Heading(_level, text):
                heading = text
            case tuple(tables):
                name = f"表{tables[0].table.key.partition('(')[0]}"
                made = book.create_sheet(name, len(book.sheetnames) - 1)
                _print(made, heading, sheet_of(tables))
                _list_sources(sources, tables)
    _dress(first, head=2)
    _dress(sources, head=1)
    out = BytesIO()
    book.save(out)
    return without_clock(out.getvalue())


def _print(page: Any, heading: str, sheet: Sheet) -> None:
    """Write a table below its heading, with the boxes of the form."""
    page.append([safe_text(heading)])
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(sheet.widths))
    for box in sheet.boxes:
        row, column = box.row + 2, box.column + 1
        page.cell(row, column, safe_text(box.text) if box.is_label or box.is_head else _value(box.text))
        if box.across > 1 or box.down > 1:
            page.merge_cells(
                start_row=row, start_column=column, end_row=row + box.down - 1,
                end_column=column + box.across - 1,
            )  # fmt: skip
    for line in page.iter_rows(min_row=2):
        for cell in line:
            cell.border = _BOX
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    for box in sheet.boxes:
        if box.is_label:
            left = Alignment(wrap_text=True, vertical="center")
            page.cell(box.row + 2, box.column + 1).alignment = left
        elif box.is_head:
            page.cell(box.row + 2, box.column + 1).font = Font(bold=True)
    page.cell(1, 1).font = Font(bold=True)
    for at, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(at)].width = width / _MILLIMETRES
    fit_to_page(page, head=1 + sheet.head)


def _list_sources(page: Any, tables: tuple[TableBlock, ...]) -> None:
    for block in tables:
        for (label, _cells), told in zip(block.rows, block.sources, strict=True):
            for column, source in zip(block.table.columns, told, strict=True):
                page.append([safe_text(one) for one in (block.table.key, label, column, source)])


def _value(text: str) -> int | float | str | None:
    if not text:
        return None
    value = getattr(read_cell(text), "value", None)
    if value is None:
        return safe_text(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _dress(page: Any, *, head: int) -> None:
    """Give a list its lines and widths; its first rows are its head."""
    for row in page.iter_rows():
        for cell in row:
            cell.border = _BOX
            cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row in page.iter_rows(max_row=head):
        for cell in row:
            cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (12, 42, 20, 56) if head == 1 else (42,), strict=False):
        page.column_dimensions[letter].width = width
    page.freeze_panes = f"A{head + 1}"
    # No text is cut off, and no table is printed in two halves side by side.
    fit_to_page(page, head=head)
