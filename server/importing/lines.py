"""A body as lines for a bare text field, and back: what lines cannot show stays as it was.

A browser without our script shows a text field and nothing else. A paragraph is a line there, a heading
a line behind `#`, and a table, list or picture stands as one line in brackets. A line that comes back as it
went out is what it was, with all its formats; only what was changed becomes plain.
"""

import html
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final

MARKUP: Final = re.compile(r"<[a-zA-Z/!]")
_MARKED_UP: Final = re.compile(r"<[a-zA-Z/!].*>")
_HEADINGS: Final = {"p": "", "h2": "# ", "h3": "## ", "h4": "### "}
_PICTURE: Final = "图片"
_OTHER: Final = "内容"
_NAMES: Final = {"table": "表格", "ul": "列表", "ol": "列表", "blockquote": "引用", "hr": "分隔线"}
_EVERY: Final = "|".join(dict.fromkeys((*_NAMES.values(), _PICTURE, _OTHER)))
_DECORATION: Final = "装饰图片"
_BREAK: Final = "↵"
_SHOWN: Final = 20  # signs of what stands within
_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr", "col", "source"})
_FORMATS: Final = re.compile(r"<(?:strong|em|b|i|u|s|sub|sup|a)[ >]")
_HELD: Final = re.compile(rf"［(?:{_EVERY}) (\d{{1,6}})(?:：(.*))?］")
_LIKE_HELD: Final = re.compile(rf"［ ?(?:{_EVERY}) ?\d|(?:{_EVERY}) ?\d+(?:：.*)?］")
_IMAGE: Final = re.compile(r"<img\b[^<>]*>")
_SOURCE: Final = re.compile(r'\ssrc="[^"]*"')


class Broken(ValueError):
    """A line that stood for a table, list or picture came back as none that went out."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A body made of lines again; `is_flattened`: something that had formats was changed and has none now."""

    html: str
    is_flattened: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block at the top of a body, with what stands behind it up to the next one."""

    html: str
    line: str
    number: int = 0  # what is held in brackets has one; 0: a paragraph or heading, which is its words
    is_picture: bool = False  # whose description can be written anew


def as_lines(body: str) -> str:
    """Give a sanitised body as lines, a blank one between two."""
    return "\n\n".join(piece.line for piece in _pieces(body))


def of_lines(text: str, was: str) -> Joined:
    """Give the body that lines are now; `was` is the sanitised one of which they were made. Raises Broken."""
    pieces = _pieces(was)
    waiting: dict[str, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        waiting[piece.line].append(piece)
    made, stayed, is_changed = list[str](), set[int](), False
    for line in filter(None, (_in_one(one) for one in text.splitlines())):
        if same := waiting.get(line):
            piece = same.pop(0) if len(same) > 1 else same[0]
            stayed.add(id(piece))
            made.append(piece.html)
        else:
            is_changed = True
            made.append(_of_line(line, pieces))
    gone = [piece for piece in pieces if id(piece) not in stayed and not piece.number]
    return Joined("".join(made), is_changed and any(_FORMATS.search(piece.html) for piece in gone))


def _of_line(line: str, pieces: list[_Piece]) -> str:
    """Give what a line is that did not go out like this."""
    found = _HELD.fullmatch(line)
    for piece in pieces:
        if found and piece.number == int(found[1]) and piece.is_picture:
            image, words = _IMAGE.findall(piece.html)[0], found[2] or ""
            return piece.html.replace(image, _described(image, words))
    if _LIKE_HELD.match(line):
        raise Broken(line)
    if _MARKED_UP.fullmatch(line):
        return f"{line}\n"
    tag = next(tag for tag in reversed(_HEADINGS) if line.startswith(_HEADINGS[tag]))
    words = html.escape(line.removeprefix(_HEADINGS[tag]), quote=False)
    return f"<{tag}>{words.replace(_BREAK, '<br>')}</{tag}>"


def _described(image: str, words: str) -> str:
    source = _SOURCE.search(image)
    told = ' alt="" role="presentation"' if words == _DECORATION else f' alt="{html.escape(words)}"'
    return f"<img{source[0] if source else ''}{told}>"


def _pieces(body: str) -> list[_Piece]:
    reader = _Reader(body)
    pieces, number, ahead = list[_Piece](), 0, ""
    for tag, start, end in reader.blocks():
        markup, ahead = ahead + body[start:end], ""
        line = _in_one("".join(reader.words[start]))
        images = _IMAGE.findall(markup)
        if tag in _HEADINGS and not images:
            if line:
                pieces.append(_Piece(markup, _HEADINGS[tag] + line))
            elif pieces:  # nothing that anybody sees: it goes where its neighbour goes
                pieces[-1] = replace(pieces[-1], html=pieces[-1].html + markup)
            else:
                ahead = markup
            continue
        number += 1
        is_picture = len(images) == 1 and (tag in ("figure", "img") or (tag == "p" and not line))
        name = _PICTURE if is_picture else _NAMES.get(tag, _OTHER)
        told = _words_of(images[0]) if is_picture else f"{line[:_SHOWN]}…" if line else ""
        held = f"［{name} {number}：{told}］" if told or is_picture else f"［{name} {number}］"
        pieces.append(_Piece(markup, held, number, is_picture))
    return pieces


def _words_of(image: str) -> str:
    """Give the description of a picture."""
    if ' role="presentation"' in image:
        return _DECORATION
    found = re.search(r'\salt="([^"]*)"', image)
    return _in_one(html.unescape(found[1])) if found else ""


def _in_one(line: str) -> str:
    return " ".join(line.split())


class _Reader(HTMLParser):
    """Finds the blocks at the top of a body, and the words in each. Nothing of it is lost, whatever it is."""

    def __init__(self, body: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *(found.end() for found in re.finditer("\n", body))]
        self._body, self._depth = body, 0
        self._starts = list[tuple[int, str]]()
        self.words: dict[int, list[str]] = defaultdict(list)
        self.feed(body)
        self.close()

    def blocks(self) -> list[tuple[str, int, int]]:
        """Give the tag of each block, where it begins, and where the next one does."""
        bounds = [*self._starts, (len(self._body), "")]
        return [(tag, start, end) for (start, tag), (end, _tag) in pairwise(bounds)]

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if self._depth == 0:
            self._begin(tag)
        if tag == "br":
            self._say(_BREAK)
        elif tag in ("td", "th", "li", "p"):
            self._say(" ")
        if tag not in _VOID:
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._depth == 0 and data.strip():
            self._begin("")
        self._say(data)

    def _begin(self, tag: str) -> None:
        line, column = self.getpos()
        self._starts.append((self._lines[line - 1] + column if self._starts else 0, tag))

    def _say(self, words: str) -> None:
        if self._starts:
            self.words[self._starts[-1][0]].append(words)
