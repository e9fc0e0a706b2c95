"""The plain text of an HTML body, and the way back from a place in it to the HTML.

A block ends its line; the cells of a table row stand on one line with tabs between them, as a spreadsheet
gives them, so that one rule reads both.
"""

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>|<[^>]*>|&(?:#\w{1,8}|\w{1,31});|[^<&]+|[<&]")
_LINES: Final = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "table", "blockquote", "figcaption", "caption", "ul",
    "ol", "hr", "br", "figure", "div", "thead", "tbody", "tfoot", "section", "pre",
})  # fmt: skip
_CELLS: Final = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class Prose:
    """A text, and for the beginning of each piece of it where that piece stands in the HTML."""

    text: str
    begins: tuple[int, ...]  # in the text, rising
    spans: tuple[tuple[int, int, bool], ...]  # in the HTML: begin, length, whether sign stands for sign

    def in_html(self, offset: int, length: int) -> tuple[int, int]:
        """Give begin and end in the HTML of some characters of the text; there must be one at least."""
        return self._at(offset)[0], self._at(offset + length - 1)[1]

    def _at(self, offset: int) -> tuple[int, int]:
        piece = bisect_right(self.begins, offset) - 1
        begin, length, is_literal = self.spans[piece]
        if not is_literal:
            return begin, begin + length
        at = begin + offset - self.begins[piece]
        return at, at + 1


def read_prose(body: str) -> Prose:
    """Read an HTML body that was sanitised on its way in."""
    pieces: list[str] = []
    begins: list[int] = []
    spans: list[tuple[int, int, bool]] = []
    length, cells, last = 0, 0, "\n"

    def put(text: str, begin: int, width: int, *, is_literal: bool) -> None:
        nonlocal length, last
        pieces.append(text)
        begins.append(length)
        spans.append((begin, width, is_literal))
        length, last = length + len(text), text[-1]

    for token in _TOKEN.finditer(body):
        begin, whole = token.start(), token.group()
        if token[2]:
            name, ends = token[2].lower(), bool(token[1])
            if name in _CELLS:
                cells = max(0, cells - 1) if ends else cells + 1
                if ends:
                    put("\t", begin, len(whole), is_literal=False)
            elif name in _LINES:
                # A paragraph within a cell must not break the row.
                border = " " if cells else "\n"
                is_due = last != "\n" if name in ("tr", "br") or not cells else last not in "\n\t "
                if is_due:
                    put(border, begin, len(whole), is_literal=False)
        elif whole.startswith("&") and len(whole) > 1:
            put(html.unescape(whole), begin, len(whole), is_literal=False)
        elif not whole.startswith("<") or whole == "<":
            put(whole, begin, len(whole), is_literal=True)
    return Prose("".join(pieces), tuple(begins), tuple(spans))
