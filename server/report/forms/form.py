"""What a version of the form is made of: tables of rows and columns, and the equations of its cells."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from server.report.amounts import plain

_NUMBERING: Final = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[((][一二三四五六七八九十\d]+[))]|\d+[.．、)]|其中[:,]?|第[一二三四五六七八九十]+[、,])"
)
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_MARKS: Final = re.compile(r"[\s\"'“”‘’、,.。;:·《》<>〈〉]")
_PREFIX_LEAST: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its label as the form prints it, and other ways in which reports write it."""

    label: str
    unit: str = "件"
    aliases: tuple[str, ...] = ()
    within: str = ""  # the label of the section that tells rows of the same name apart

    @property
    def key(self) -> str:
        """Give the row's name in equations and in findings."""
        return f"{self.within}{self.label}"

    def is_called(self, label: str) -> bool:
        """Say whether a normalised label means this row."""
        names = (normal(self.label), *(normal(alias) for alias in self.aliases))
        return label in names or any(len(name) >= _PREFIX_LEAST and label.startswith(name) for name in names)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the form; `columns` are those that hold figures.

    `unit` is the head of a column of units, "" where the heads say them. `headings` are the lines without
    figures that the form prints above a row, by its key.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    label: str = "信息内容"
    unit: str = ""
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Equation:
    """Σ left = Σ right. Down: of rows, in every column. Across: of columns, in every row.

    `may_lack` holds where a report in prose names only some of the parts and the rest are zero.
    """

    rule: str
    table: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    direction: Literal["down", "across"]


@dataclass(frozen=True, slots=True)
class AtMost:
    """A row that is a part of another: never greater."""

    rule: str
    table: str
    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """A row that must equal a row of last year's report, in every column."""

    rule: str
    table: str
    row: str
    last_year_row: str


@dataclass(frozen=True, slots=True)
class Form:
    """A version of the form and the years whose reports use it."""

    version: str
    name: str
    letter: str  # the letter that prescribes it
    first: int
    last: int
    tables: tuple[Table, ...]
    equations: tuple[Equation, ...]
    at_most: tuple[AtMost, ...] = ()
    carried_over: tuple[CarriedOver, ...] = ()
    marks: tuple[str, ...] = ()  # words that only this version's tables have

    def table(self, key: str) -> Table:
        """Give a table by its key."""
        return next(table for table in self.tables if table.key == key)

    def rows(self) -> Iterator[tuple[Table, Row]]:
        """Give every row in the order of the form."""
        for table in self.tables:
            for row in table.rows:
                yield table, row


def normal(label: str) -> str:
    """Give a label without numbering, brackets, spaces and marks, so that spellings compare equal."""
    text = re.sub(r"\s", "", plain(label))
    previous = ""
    while text != previous:
        previous, text = text, _NUMBERING.sub("", text)
    while _BRACKETS.search(text):
        text = _BRACKETS.sub("", text)
    return _MARKS.sub("", text)
