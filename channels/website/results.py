"""What the pages of search and catalogue show: lines that were found, and the choices that narrow them."""

from dataclasses import dataclass
from datetime import datetime

Marked = tuple[tuple[str, bool], ...]
"""A text in pieces, each with whether it is what was asked for."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """An item that was found."""

    link: str
    title: Marked
    words: Marked
    language: str
    kind: str
    by: str
    time: datetime
    index_number: str
    document_number: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a form: the name of its field, what it is called, what is chosen, and what can be."""

    name: str
    label: str
    chosen: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A page of results; `count` with `is_all` False means at least so many.

    `among` is how many of the newest lines alone were looked through, None when it was all of them.
    """

    lines: tuple[ResultLine, ...]
    count: int
    is_all: bool
    number: int
    newer: str | None
    older: str | None
    among: int | None = None
