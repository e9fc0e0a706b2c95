"""A report as it was written: its paragraphs and the grids of its tables, in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from server.report.amounts import plain

_CHAPTER: Final = re.compile(r"^\s*([一二三四五六七八九])、\s*(.{0,40}?)\s*$")
_REPORT: Final = re.compile(r"(\d{4})\s*年?(?:度)?\s*(?:政府)?(?:信息|政务)公开(?:工作)?(?:年度|年)?报告")
_TITLE_MOST: Final = 80
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(20\d\d)\s*年")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `number` counts those of the report from one."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as rows of cells, merged cells standing once. `number` counts the report's tables from one."""

    number: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: the figure it is numbered with, its heading, and what stands under it."""

    numeral: str
    heading: str
    paragraphs: tuple[Paragraph, ...]
    has_table: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A report read from text, Word, HTML or a workbook."""

    parts: tuple[Paragraph | Grid, ...]

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Give the paragraphs."""
        return tuple(part for part in self.parts if isinstance(part, Paragraph))

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Give the tables."""
        return tuple(part for part in self.parts if isinstance(part, Grid))

    def title(self) -> str:
        """Give the line that names the report; empty when none does.

        A page lists other years' reports beside it, so that the year told most often in the text decides.
        """
        found = [(one.text, hit[1]) for one in self.paragraphs if (hit := _REPORT.search(one.text))]
        short = [(text, year) for text, year in found if len(text) <= _TITLE_MOST] or found
        if not short:
            return ""
        whole = "".join(one.text for one in self.paragraphs)
        told = {year: whole.count(f"{year}年") for _text, year in short}
        return max(short, key=lambda one: told[one[1]])[0]

    def year(self) -> int | None:
        """Give the year that the report is about: the title's, or else the first year told."""
        named = _REPORT.search(self.title())
        if named is not None:
            return int(named[1])
        told = _YEAR_FIRST.search("\n".join(one.text for one in self.paragraphs[:40]))
        return None if told is None else int(told[1])

    def text(self) -> str:
        """Give everything as one text, cells included."""
        lines = [
            part.text if isinstance(part, Paragraph) else "\n".join(cell for row in part.rows for cell in row)
            for part in self.parts
        ]
        return "\n".join(lines)

    def chapters(self) -> Iterator[Chapter]:
        """Give the chapters 一、二、三 …; a heading is a short line that ends without a full stop."""
        heads = [
            (position, found)
            for position, part in enumerate(self.parts)
            if isinstance(part, Paragraph)
            and (found := _CHAPTER.match(part.text))
            and not part.text.rstrip().endswith(("。", ";", ","))
        ]
        for at, (position, found) in enumerate(heads):
            until = heads[at + 1][0] if at + 1 < len(heads) else len(self.parts)
            under = self.parts[position + 1 : until]
            yield Chapter(
                found[1],
                found[2],
                tuple(part for part in under if isinstance(part, Paragraph)),
                any(isinstance(part, Grid) for part in under),
            )


def build(parts: list[str | list[list[str]]]) -> Document:
    """Make a document of texts and of tables given as lists of rows; empty texts do not count."""
    built: list[Paragraph | Grid] = []
    paragraphs = grids = 0
    for part in parts:
        if isinstance(part, str):
            text = plain(part).strip()
            if text:
                paragraphs += 1
                built.append(Paragraph(paragraphs, text))
        elif part:
            grids += 1
            built.append(Grid(grids, tuple(tuple(plain(cell).strip() for cell in row) for row in part)))
    return Document(tuple(built))
