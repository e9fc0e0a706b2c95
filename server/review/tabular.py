"""Rows of tables in a text: cells stand apart by tabs, so a line with a tab is a row."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A row: where its line begins in the text, and its cells."""

    begin: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows that follow one another; the first with two filled cells is taken for the head."""

    rows: tuple[Row, ...]

    @property
    def head(self) -> Row:
        """Give the row that names the columns."""
        return next(
            (row for row in self.rows[:4] if sum(bool(c.strip()) for c in row.cells) > 1), self.rows[0]
        )

    @property
    def begin(self) -> int:
        """Give where the grid begins in the text."""
        return self.rows[0].begin


def grids_of(text: str) -> Iterator[Grid]:
    """Give the grids of a text, in order."""
    rows: list[Row] = []
    begin = 0
    for line in text.split("\n"):
        if "\t" in line:
            rows.append(Row(begin, tuple(line.split("\t"))))
        elif line.strip() and rows:
            yield Grid(tuple(rows))
            rows = []
        begin += len(line) + 1
    if rows:
        yield Grid(tuple(rows))


class Columns:
    """The heads of the columns over a place in a text."""

    def __init__(self, text: str) -> None:
        """Read the grids once; asking is cheap."""
        self._text = text
        self._heads: dict[int, tuple[str, ...]] = {}
        for grid in grids_of(text):
            for row in grid.rows:
                self._heads[row.begin] = grid.head.cells if row is not grid.head else ()

    def head_over(self, offset: int) -> str:
        """Give the head of the column in which a place stands; "" outside of grids."""
        begin = self._text.rfind("\n", 0, offset) + 1
        heads = self._heads.get(begin)
        if not heads:
            return ""
        column = self._text.count("\t", begin, offset)
        return heads[column].strip() if column < len(heads) else ""

    def heads_over(self, offset: int) -> tuple[str, ...]:
        """Give the heads of all columns of the row in which a place stands; () outside of grids."""
        return self._heads.get(self._text.rfind("\n", 0, offset) + 1, ())

    def before(self, offset: int, length: int) -> str:
        """Give what stands before a place on its line, with the head of its column in front."""
        begin = self._text.rfind("\n", 0, offset) + 1
        return f"{self.head_over(offset)} {self._text[max(begin, offset - length) : offset]}"

    def after(self, offset: int, length: int) -> str:
        """Give what follows a place on its line."""
        end = self._text.find("\n", offset)
        return self._text[offset : min(len(self._text) if end < 0 else end, offset + length)]
