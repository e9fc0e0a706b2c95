"""Bring sanitised HTML into one shape: paragraphs instead of `div`, no empty tags, no invisible characters.

Word, WPS and web pages paste `div` in `b` in `span`. Dropping such tags would glue two paragraphs into one
word, keeping them would leave each channel to guess. It knows nothing of what is dangerous: nh3 came first.
"""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

# Blocks in which text may stand directly, and those that only hold other blocks.
_TEXTUAL: Final = frozenset({"p", "h2", "h3", "h4", "li", "td", "th", "figcaption", "caption", "figure"})
_PARAGRAPHS: Final = frozenset({"p", "h2", "h3", "h4"})
_HOLDERS: Final = frozenset({"ul", "ol", "table", "thead", "tbody", "tfoot", "tr", "blockquote"})
_OWN: Final = {"blockquote": "p", "ul": "li", "ol": "li"}  # what free text is put into there
_CELLS: Final = frozenset({"td", "th"})  # an empty one holds its place
_INLINE: Final = frozenset({"strong", "em", "b", "i", "u", "s", "sub", "sup", "a"})
_SINGLE: Final = frozenset({"br", "hr", "img"})
# Tags under another name: `x-b` is how `b` comes through the parser, see `html.py`.
_RENAMED: Final = {
    "h1": "h2", "h5": "h4", "h6": "h4", "del": "s", "ins": "u", "x-strike": "s",
    **{f"x-{tag}": tag for tag in ("a", "b", "em", "i", "s", "strong", "u")},
}  # fmt: skip
# Tags that a paste brings and no channel carries: mere borders between paragraphs.
_BORDERS: Final = frozenset({
    "div", "section", "article", "header", "footer", "main", "aside", "nav", "center", "address", "pre",
    "dl", "dt", "dd", "form", "fieldset", "details", "summary",
})  # fmt: skip

KEPT_TAGS: Final = _TEXTUAL | _HOLDERS | _INLINE | _SINGLE
ROUGH_TAGS: Final = KEPT_TAGS | frozenset(_RENAMED) | _BORDERS
"""What the parser lets through to be shaped here."""

# Characters that XML forbids, that nobody sees, or that turn the reading direction round.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
_SPACE: Final = " \t\r\n"
_DEEPEST: Final = 60  # no office document nests like this, and the parsers of the platforms give up at 256


class TooDeep(ValueError):
    """Tags nest deeper than any channel's parser follows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shaped HTML, its text with a line for each paragraph, and its pictures (src, alt)."""

    html: str
    text: str
    pictures: tuple[tuple[str, str], ...]


def shape(clean: str) -> Shape:
    """Bring what nh3 gave into shape."""
    writer = _Writer()
    writer.feed(clean)
    writer.close()
    return writer.finish()


@dataclass(slots=True)
class _Inline:
    """An inline tag that was begun; it is written only once there is something to put in it."""

    tag: str
    start: str
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is open: what is written, which end tag ends it, and where its inside begins."""

    tag: str
    ends_with: str
    inside: int


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._text: list[str] = []
        self._pictures: list[tuple[str, str]] = []
        self._blocks: list[_Block] = []
        self._inlines: list[_Inline] = []
        self._own: str | None = None  # the tag we opened for text standing free
        self._is_filled = False  # the block at hand has content
        self._owes_break = False  # a border was crossed inside a block of text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _RENAMED.get(tag, tag)
        given = {name: INVISIBLE.sub("", value or "") for name, value in attrs}
        if tag in _BORDERS:
            self._cross_border()
        elif tag in _INLINE:
            self._begin_inline(tag, given)
        elif tag == "br":
            self._write("<br>", "\n")
        elif tag == "hr":
            self._end_paragraph()
            self._end_text()
            self._out.append("<hr>")
        elif tag == "img":
            src, alt = given.get("src", ""), given.get("alt", "")
            role = {"role": "presentation"} if given.get("role") and not alt else {}
            if self._write(_start("img", {"src": src, "alt": alt, **role}), ""):
                self._pictures.append((src, alt))
        elif tag in KEPT_TAGS:
            self._begin_block(tag, given)

    def handle_endtag(self, tag: str) -> None:
        tag = _RENAMED.get(tag, tag)
        if tag in _BORDERS:
            self._cross_border()
        elif tag in _INLINE:
            self._end_inline(tag)
        elif any(block.ends_with == tag for block in self._blocks):
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        text = INVISIBLE.sub("", data)
        if text.strip(_SPACE) or (text and self._is_filled):  # or else the line breaks between two blocks
            self._write(html.escape(text, quote=False), text)

    def finish(self) -> Shape:
        """Close what is still open."""
        self._end_text()
        while self._blocks:
            self._end_block(self._blocks[-1].ends_with)
        lines = (" ".join(line.split()) for line in "".join(self._text).splitlines())
        text = "\n".join(line for line in lines if line)
        return Shape("".join(self._out), text, tuple(self._pictures))

    def _write(self, content: str, text: str) -> bool:
        """Write content where text may stand; say no where nothing can (between the rows of a table)."""
        around = self._blocks[-1].tag if self._blocks else "blockquote"
        if self._own is None and around in _HOLDERS:
            self._own = _OWN.get(around)
            if self._own is None:
                return False  # the parser has moved whatever is worth reading out of there
            self._out.append(f"<{self._own}>")
        if self._owes_break and self._is_filled:
            self._out.append("<br>")
        for inline in self._inlines:
            if not inline.is_written:
                self._out.append(inline.start)
                inline.is_written = True
        self._out.append(content)
        self._text.append(text)
        self._is_filled, self._owes_break = True, False
        return True

    def _begin_block(self, tag: str, given: dict[str, str]) -> None:
        self._end_paragraph()
        if tag == "li" and self._blocks and self._blocks[-1].tag == "li":
            self._end_block("li")
        self._end_text()
        around = self._blocks[-1].tag if self._blocks else ""
        written = "p" if tag == "li" and around not in ("ul", "ol") else tag
        self._out.append(_start(written, given))
        self._blocks.append(_Block(written, tag, len(self._out)))
        self._refuse_depth()

    def _end_paragraph(self) -> None:
        """End a paragraph before a block: it can hold none, and a tag in between may have hidden that."""
        while self._blocks and self._blocks[-1].tag in _PARAGRAPHS:
            self._end_block(self._blocks[-1].ends_with)

    def _end_block(self, tag: str) -> None:
        while self._blocks:
            self._end_text()
            last = self._blocks.pop()
            if len(self._out) == last.inside and last.tag not in _CELLS:
                del self._out[-1]  # nothing was put in
            else:
                self._out.append(f"</{last.tag}>")
            if last.ends_with == tag:
                break
        # Text after an inner block goes on in the outer one; the inner block's end is its border.
        self._is_filled = bool(self._blocks) and self._blocks[-1].tag in _TEXTUAL

    def _begin_inline(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a":
            self._end_inline("a")  # a link in a link is none
            if "href" not in given:
                return
        self._inlines.append(_Inline(tag, _start(tag, given)))
        self._refuse_depth()

    def _end_inline(self, tag: str) -> None:
        for place in range(len(self._inlines) - 1, -1, -1):
            if self._inlines[place].tag == tag:
                self._close_inlines(place)
                del self._inlines[place]
                return

    def _close_inlines(self, first: int) -> None:
        """Close from the innermost outwards; they open again where text goes on."""
        for inline in reversed(self._inlines[first:]):
            if inline.is_written:
                self._out.append(f"</{inline.tag}>")
                inline.is_written = False

    def _cross_border(self) -> None:
        if self._blocks and self._blocks[-1].tag in _TEXTUAL:
            self._owes_break = self._is_filled
            self._text.append("\n")
        else:
            self._end_text()

    def _end_text(self) -> None:
        """End the run of text at hand."""
        self._close_inlines(0)
        if self._own is not None:
            self._out.append(f"</{self._own}>")
            self._own = None
        self._text.append("\n")
        self._is_filled = self._owes_break = False

    def _refuse_depth(self) -> None:
        if len(self._blocks) + len(self._inlines) > _DEEPEST:
            raise TooDeep


def _start(tag: str, given: dict[str, str]) -> str:
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in given.items())
    return f"<{tag}{written}>"
