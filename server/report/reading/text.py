"""Plain text → a report: paragraphs, and the tables that a copy from a page leaves in one of four shapes.

Cells parted by tabs, by | or by spaces behind a row's label, or each on a line of its own under the label.
"""

import re
from typing import Final

from server.report.amounts import Words, plain, read_cell
from server.report.document import Document, build
from server.report.forms.form import normal
from server.report.forms.versions import FORMS

_RULE: Final = re.compile(r"^[\s|+:=-]+$")
_TAIL: Final = re.compile(r"^\s*(\S.*?)((?:\s+(?:[-+]?\d+(?:\.\d+)?|/))+)\s*$")
_ENDED: Final = re.compile(r"[。.;;:!?》」』)】…,|]\s*$")
_HEADING: Final = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+、|[((][一二三四五六七八九十\d]+[))]|\d+[.、.]|第[一二三四五六七八九十]+)"
)
_TABLE_FOUR: Final = 15
_UNITS: Final = frozenset({"条", "件", "次", "篇", "个", "人", "人次", "万元", "期"})
_LAST_HEAD: Final = "总计"
_WRAPPED: Final = 25
_WIDEST: Final = 16


def read_text(text: str) -> Document:
    """Read plain text."""
    lines = [plain(line).rstrip() for line in text.splitlines()]
    parts: list[str | list[list[str]]] = []
    at = 0
    while at < len(lines):
        cells, taken = _row_at(lines, at)
        if cells is not None:
            if parts and isinstance(parts[-1], list):
                parts[-1].append(cells)
            else:
                parts.append([cells])
        elif lines[at].strip() and not _RULE.match(lines[at]):
            _add_line(parts, lines, at)
        at += taken
    return build([part for part in parts if part])


def _add_line(parts: list[str | list[list[str]]], lines: list[str], at: int) -> None:
    """Add a line of prose; one that was only broken at the edge of the paper goes on the line before."""
    line, before = lines[at].strip(), lines[at - 1].strip() if at else ""
    previous = parts[-1] if parts else None
    if (
        isinstance(previous, str)
        and len(before) >= _WRAPPED
        and not _ENDED.search(before)
        and not _HEADING.match(line)
        and not lines[at].startswith((" ", "\t"))
    ):
        parts[-1] = previous + line
    else:
        parts.append(line)


def _row_at(lines: list[str], at: int) -> tuple[list[str] | None, int]:
    """Give the cells of the table row that starts here, if one does, and how many lines it takes."""
    line = lines[at]
    if "|" in line and not _RULE.match(line) and len(line.strip(" |").split("|")) > 1:
        return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")], 1
    if "\t" in line.strip():
        return line.strip(" ").split("\t"), 1
    tail = _TAIL.match(line)
    if tail is not None:
        labels, numbers = tail[1].split(), tail[2].split()
        if len(labels) > 1 and labels[-1] in _UNITS and len(numbers) in _widths(labels[-2]):
            return [*labels, *numbers], 1
        if len(numbers) in _widths(tail[1]) | _widths(labels[-1]):
            return [*labels, *numbers], 1
    numbers = line.split()
    if len(numbers) == _TABLE_FOUR and all(_is_value(one) for one in numbers):
        return numbers, 1
    return _upright_row(lines, at)


def _upright_row(lines: list[str], at: int) -> tuple[list[str] | None, int]:
    """Read a label with its figures below it, one a line; table four has fifteen below its last heading."""
    label = lines[at].strip()
    widths = _widths(label) if label else set()
    if not widths and normal(label) != _LAST_HEAD:
        return None, 1
    values: list[str] = []
    end = at + 1
    unit = [lines[end].strip()] if end < len(lines) and lines[end].strip() in _UNITS else []
    end += len(unit)
    while end < len(lines) and len(values) < _WIDEST and _is_value(lines[end].strip()):
        if lines[end].strip():
            values.append(lines[end].strip())
        end += 1
    if len(values) in widths:
        return [label, *unit, *values], end - at
    if len(values) == _TABLE_FOUR:
        return values, end - at
    return None, 1


def _widths(label: str) -> set[int]:
    """Give how many figures a row with this label has, in whichever version."""
    name = normal(label)
    if not name:
        return set()
    return {len(table.columns) for form in FORMS for table, row in form.rows() if row.is_called(name)}


def _is_value(text: str) -> bool:
    return not isinstance(read_cell(text), Words)
