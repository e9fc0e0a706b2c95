"""The grid of a Word table: its rows once tracked changes are accepted, and how far each cell reaches."""

from collections.abc import Iterator

from lxml import etree

from server.importing.word_file import number_at, value_at
from server.importing.word_numbers import W

Grid = list[list[tuple[int, etree._Element]]]  # noqa: SLF001  lxml's only name for it


def grid_of(table: etree._Element) -> Grid:
    """Give the rows of a table but the deleted ones, each as its cells with the columns they begin in."""
    rows = (row for row in table.iter(f"{W}tr") if _table_of(row) is table and not is_deleted(row))
    return [list(_cells(row)) for row in rows]


def is_deleted(row: etree._Element) -> bool:
    """Say whether a tracked change has deleted a row."""
    return row.find(f"{W}trPr/{W}del") is not None


def has_deleted(table: etree._Element) -> bool:
    """Say whether a tracked change has deleted rows of a table."""
    return any(_table_of(row) is table and is_deleted(row) for row in table.iter(f"{W}tr"))


def goes_on(cell: etree._Element) -> bool:
    """Say whether a cell is the lower part of one that begins above it."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _table_of(row: etree._Element) -> etree._Element | None:
    return next((parent for parent in row.iterancestors(f"{W}tbl")), None)


def _cells(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Give the cells of a row, each with the column of the grid that it begins in."""
    column = number_at(row, f"{W}trPr/{W}gridBefore") or 0
    for cell in row.iter(f"{W}tc"):
        if _row_of(cell) is row:
            yield column, cell
            column += number_at(cell, f"{W}tcPr/{W}gridSpan") or 1


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next((parent for parent in cell.iterancestors(f"{W}tr")), None)


def spans(cell: etree._Element, grid: Grid, row: int, column: int) -> str:
    """Give the attributes that say how far a cell reaches, "" for one place."""
    wide = number_at(cell, f"{W}tcPr/{W}gridSpan") or 1
    tall = 1
    if value_at(cell, f"{W}tcPr/{W}vMerge") == "restart":
        for below in grid[row + 1 :]:
            under = next((one for at, one in below if at == column), None)
            if under is None or not goes_on(under):
                break
            tall += 1
    return (f' colspan="{min(wide, 99)}"' if wide > 1 else "") + (
        f' rowspan="{min(tall, 99)}"' if tall > 1 else ""
    )
