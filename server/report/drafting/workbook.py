"""A draft as a workbook: a sheet for the channels, one for each table, and one with every source."""

from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from server.report.amounts import read_cell
from server.report.drafting.archive import without_clock
from server.report.drafting.draft import Draft, TableBlock
from server.report.drafting.given import STATUTORY
from server.report.figures import CHANNEL_NAMES
from server.report.sheets import fit_to_page, safe_text

_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)

_HEADING: Final = 50.0  # points


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
    for block in draft.blocks:
        if isinstance(block, TableBlock):
            _write(book.create_sheet(f"表{block.table.key}"[:31], len(book.sheetnames) - 1), block, sources)
    for sheet in book.worksheets:
        _dress(sheet)
    out = BytesIO()
    book.save(out)
    return without_clock(out.getvalue())


def _write(sheet: Any, block: TableBlock, sources: Any) -> None:
    sheet.append([block.table.title])
    sheet.append(["信息内容", *block.table.columns])
    for (label, cells), told in zip(block.rows, block.sources, strict=True):
        sheet.append([safe_text(label), *(_value(cell) for cell in cells)])
        for column, source in zip(block.table.columns, told, strict=True):
            sources.append([safe_text(one) for one in (block.table.key, label, column, source)])


def _value(text: str) -> int | float | str | None:
    if not text:
        return None
    value = getattr(read_cell(text), "value", None)
    if value is None:
        return safe_text(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _dress(sheet: Any) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            cell.border = _BOX
            cell.alignment = Alignment(wrap_text=True, vertical="center")
    for cell in sheet[1] if sheet.title == "来源" else (*sheet[1], *sheet[2]):
        cell.font = Font(bold=True)
    is_list = sheet.title == "来源"
    widths = {"A": 12, "B": 42, "C": 20, "D": 56} if is_list else {"A": 42}
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2" if is_list else "B3"
    # No text is cut off, and no table is printed in two halves side by side.
    fit_to_page(sheet, head=1 if is_list else 2)
    if not is_list:
        sheet.row_dimensions[2].height = _HEADING
    sheet.page_setup.fitToWidth = 1
