"""Tables beside the form: a row or column named 合计 is held against what stands above or before it."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from server.report.amounts import Amount, read_cell
from server.report.document import Grid
from server.report.finding import Finding
from server.report.rules.sums import Listing, Part, check_listing, is_channel

_TOTAL: Final = re.compile(r"(?:合计|总计|共计|总数)(?:\(.{1,6}\))?")
_NO_SUM: Final = re.compile(r"率|比|%|序号|编号|年份|年度|均|排名|得分|增长|增幅")
_WITHIN: Final = re.compile(r"小计|其中|合计|总计|共计|总数")
_OF_THE_FORM: Final = re.compile(r"本年新收政府信息公开申请|结果维持|第二十条第|主动公开政府信息数")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_LEVEL: Final = re.compile(r"\(?(?:[一二三四五六七八九十]+|\d+)[、.)]")

Row = tuple[str, ...]


def check_tables(grids: Sequence[Grid]) -> Iterator[Finding]:
    """Give what does not add up. Subtotals, blanks or words among figures leave a table in peace."""
    for grid in grids:
        width = max((len(row) for row in grid.rows), default=0)
        rows = [row for row in grid.rows if len(row) == width]
        if grid.rows and len(grid.rows[-1]) < width:
            rows = _with_merged_cells(grid.rows, width) or rows
        if len(rows) < 3 or _OF_THE_FORM.search("".join(cell for row in grid.rows for cell in row)):
            continue
        head = rows[0]
        figures = [cell for cell in head if _number(cell) is not None]
        years = bool(figures) and all(_YEAR.fullmatch(cell) for cell in figures)
        if years and head != grid.rows[0]:
            continue  # years, or figures that look like years
        if figures and not years:
            # Its head has merged cells, so that no name can be told for a column.
            if _NO_SUM.search("".join(cell for row in grid.rows if len(row) < width for cell in row)):
                continue
            head, body = ("",) * width, rows
        else:
            # A table that runs over a page has its head again.
            body = [row for row in rows[1:] if row != head]
        if len(body) < 2:
            continue
        yield from _check_last_row(grid, head, body)
        yield from _check_last_column(grid, head, body)


def _with_merged_cells(rows: Sequence[Row], width: int) -> list[Row]:
    """Give a table whose 合计 stands in a merged cell, its short rows filled from the left; [] for another.

    What is merged downwards stands in its first row alone, and leaves the rows below it short.
    """
    last = rows[-1]
    if len(last) < 2 or not _TOTAL.fullmatch(last[0]):
        return []
    first = next(at for at, row in enumerate(rows) if len(row) == width)
    body = [("",) * (width - len(row)) + row for row in rows[first:-1]]
    return [*body, (last[0],) * (width - len(last) + 1) + last[1:]]


def _check_last_row(grid: Grid, head: Row, body: list[Row]) -> Iterator[Finding]:
    *above, last = body
    if not _TOTAL.fullmatch(last[0]) or len(above) < 2:
        return
    names = ["".join(cell for cell in row if _number(cell) is None) for row in above]
    if any(_WITHIN.search(name) for name in names) or len({_level(row[0]) for row in above}) > 1:
        return
    for at in range(1, len(last)):
        if not _NO_SUM.search(head[at]):
            where = f"第 {grid.number} 个表“{last[0]}”行" + (
                f"“{head[at]}”" if head[at] else f"第 {at + 1} 列"
            )
            yield from _judge(where, last[at], names, [row[at] for row in above])


def _check_last_column(grid: Grid, head: Row, body: list[Row]) -> Iterator[Finding]:
    if not _TOTAL.fullmatch(head[-1]):
        return
    parts = [at for at in range(1, len(head) - 1) if not re.search(r"序号|编号|单位|名称|机构", head[at])]
    if len(parts) < 2 or any(_NO_SUM.search(head[at]) or _WITHIN.search(head[at]) for at in parts):
        return
    for row in body:
        where = f"第 {grid.number} 个表“{row[0]}”行"
        yield from _judge(where, row[-1], [head[at] for at in parts], [row[at] for at in parts])


def _judge(where: str, total: str, names: Sequence[str], cells: Sequence[str]) -> Iterator[Finding]:
    values = [_number(cell) for cell in cells]
    stated = _number(total)
    if stated is None or any(value is None for value in values):
        return
    # Where channels are added up, one item may stand on several of them.
    label = "公开信息合计" if 2 * sum(map(is_channel, names)) > len(names) else "合计"
    parts = tuple(Part(name, value) for name, value in zip(names, values, strict=True))
    yield from check_listing(Listing(where, Part(label, stated), parts, complete=True))


def _level(name: str) -> str:
    """Give how a row is numbered («一、», «(一)», «1.»): another level is part of the one above."""
    found = _LEVEL.match(name)
    return "" if found is None else re.sub(r"[一二三四五六七八九十\d]+", "1", found[0])


def _number(cell: str) -> Decimal | None:
    read = read_cell(cell)
    return read.value if isinstance(read, Amount) else None
