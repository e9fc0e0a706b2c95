"""The cells of a form's tables, found by their labels in a document's grids or in an entry's names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from server.report.amounts import Amount, Blank, Cell, Words, read_cell
from server.report.document import Document, Grid
from server.report.entry import Entry
from server.report.forms.form import Form, Row, Table, normal

Key = tuple[str, str, str]
"""Table, row, column."""

_LONGEST_WORDS: Final = 16
_FOUR: Final = "四"
_UNIT: Final = re.compile(r"(?<=\d)\s*(?:条|件|次|个|人次|人|篇|份|期|宗|起)$")
_NONE: Final = frozenset({"无", "没有", "暂无"})
"""Words that people write where a count should stand."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What a report's tables say: by table, row and column, each with the place where it stands."""

    form: Form | None
    values: Mapping[Key, Cell]
    places: Mapping[Key, str]
    whole: frozenset[str]  # tables that were found as tables, not as single figures

    def amount(self, table: str, row: str, column: str) -> Amount | None:
        """Give the number in a cell, if there is one."""
        cell = self.values.get((table, row, column))
        return cell if isinstance(cell, Amount) else None

    def place(self, key: Key) -> str:
        """Give where a cell stands, in words."""
        return self.places.get(key, told_key(key))


@dataclass(slots=True)
class _Finder:
    """Goes through labels in the order of the report; rows of the same name are told apart by that order."""

    form: Form
    values: dict[Key, Cell] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    position: int = -1

    def rows_called(self, label: str) -> Iterator[tuple[int, Table, Row]]:
        name = normal(label)
        found = [] if not name else [
            (at, table, row) for at, (table, row) in enumerate(self.form.rows()) if row.is_called(name)
        ]  # fmt: skip
        # An exact name goes before one that begins alike; then the next row of the form, then an earlier one.
        found.sort(key=lambda one: (normal(one[2].label) != name, one[0] <= self.position, one[0]))
        yield from found

    def put(self, at: int, key: Key, cell: Cell, place: str) -> None:
        if key not in self.values:
            self.values[key], self.places[key] = cell, place
        self.position = at

    def done(self) -> Cells:
        return Cells(self.form, self.values, self.places, frozenset(self.whole))


def cells_of_document(document: Document, form: Form | None) -> Cells:
    """Find the cells of a form in a document's tables."""
    if form is None:
        return Cells(None, {}, {}, frozenset())
    finder = _Finder(form)
    for grid in document.grids:
        _read_grid(finder, grid)
    return finder.done()


def cells_of_entry(entry: Entry, form: Form | None) -> Cells:
    """Find the cells of a form among an entry's figures."""
    if form is None:
        return Cells(None, {}, {}, frozenset())
    finder = _Finder(form)
    for path, value in entry.leaves():
        if not isinstance(value, list):
            _read_leaf(finder, path, read_cell(value))
    return finder.done()


def told_key(key: Key) -> str:
    """Give a cell's address in words."""
    table, row, column = key
    return f"表{table} “{row}”" + ("" if column == "统计数" else f" / {column}")


def _read_grid(finder: _Finder, grid: Grid) -> None:
    heads = "".join(normal(cell) for row in grid.rows for cell in row)
    for row in grid.rows:
        if not _read_row(finder, row) and (len(grid.rows) == 1 or "结果维持" in heads):
            _read_table_four(finder, row)


def _read_row(finder: _Finder, cells: tuple[str, ...]) -> bool:
    for at in range(len(cells) - 1, -1, -1):
        for position, table, row in finder.rows_called(cells[at]):
            values = _values(cells[at + 1 :], table, row)
            if values is None or (_is_empty(values) and _is_head(cells[:at], table)):
                continue
            finder.whole.add(table.key)
            for column, value in zip(table.columns, values, strict=True):
                key = (table.key, row.key, column)
                finder.put(position, key, value, told_key(key))
            return True
    return False


def _values(cells: tuple[str, ...], table: Table, row: Row) -> tuple[Cell, ...] | None:
    """Give the figures behind a label when they fit the table's columns; a unit may stand before them."""
    width = len(table.columns)
    if width == 1 and len(cells) >= 2 and normal(cells[0]) == normal(row.unit):
        cells = cells[1:]
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return None
    values = tuple(read_cell(_UNIT.sub("", cell)) for cell in cells[:width])
    return None if any(_is_heading(value) for value in values) else values


def _is_empty(values: tuple[Cell, ...]) -> bool:
    return all(isinstance(value, Blank) for value in values)


def _is_head(left: tuple[str, ...], table: Table) -> bool:
    """Say whether a line with nothing behind its last label is a heading, as another stands before it."""
    names = {normal(cell) for cell in left} - {""}
    heads = {normal(column) for column in table.columns}
    return bool(names & heads) or any(row.is_called(name) for row in table.rows for name in names)


def _is_heading(value: Cell) -> bool:
    """Say whether a cell holds prose or a heading rather than something meant as a figure."""
    if not isinstance(value, Words):
        return False
    if value.text in _NONE:
        return False
    return len(value.text) > _LONGEST_WORDS or not any(sign.isdigit() for sign in value.text)


def _read_table_four(finder: _Finder, cells: tuple[str, ...]) -> None:
    """Read the one row of table four: three blocks of five figures, with no label of their own."""
    table = next((table for table in finder.form.tables if table.key == _FOUR), None)
    if table is None:
        return
    width = len(table.columns)
    values = [read_cell(cell) for cell in cells]
    if len(values) != width * len(table.rows) or any(isinstance(value, Words) for value in values):
        return
    finder.whole.add(table.key)
    for at, value in enumerate(values):
        key = (table.key, table.rows[at // width].key, table.columns[at % width])
        finder.put(finder.position, key, value, told_key(key))


def _read_leaf(finder: _Finder, path: tuple[str, ...], value: Cell) -> None:
    for label, column in _splits(path):
        for position, table, row in finder.rows_called(label):
            named = _column(table, column)
            if named is None:
                continue
            finder.put(position, (table.key, row.key, named), value, "/".join(path))
            if len(table.columns) > 1:
                finder.whole.add(table.key)
            return


def _splits(path: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    last = path[-1]
    if len(path) > 1:
        yield path[-2], last
    if "/" in last:
        label, _, column = last.rpartition("/")
        yield label, column
    yield last, None


def _column(table: Table, name: str | None) -> str | None:
    if name is None:
        return table.columns[0] if len(table.columns) == 1 else None
    return next((column for column in table.columns if normal(column) == normal(name)), None)
