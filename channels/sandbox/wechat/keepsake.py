"""What survives of an article's HTML (contract wechat §10): everything else falls away without a word."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

# fmt: off
_GONE_WITH_CONTENT = frozenset({
    "script", "style", "iframe", "video", "audio", "object", "embed", "noscript", "template", "select",
    "textarea", "title",
})
_KEPT = frozenset({
    "section", "p", "span", "strong", "b", "em", "i", "u", "s", "del", "h1", "h2", "h3", "h4", "h5",
    "h6", "ul", "ol", "li", "blockquote", "pre", "code", "table", "thead", "tbody", "tfoot", "tr",
    "td", "th", "colgroup", "caption", "a", "figure", "figcaption", "sup", "sub", "div", "dl", "dt",
    "dd", "small", "big", "center", "font", "mark", "svg", "g", "path", "rect", "circle", "line",
    "polyline", "polygon", "ellipse", "text", "tspan",
})
_VOID = frozenset({
    "br", "hr", "img", "col",
})
_ATTRIBUTES = frozenset({
    "style", "alt", "width", "height", "colspan", "rowspan", "align", "valign", "border",
    "cellpadding", "cellspacing", "color", "size", "start", "d", "x", "y", "cx", "cy", "r", "rx", "ry",
    "x1", "y1", "x2", "y2", "points", "fill", "stroke", "stroke-width", "viewbox", "transform",
})
# fmt: on
_SECTION = re.compile(r"<!\[[^<>]*>")
_BAD_STYLE = re.compile(r"url\(|var\(|expression\(|position\s*:\s*fixed|javascript:|^\s*--", re.IGNORECASE)


def keep(html: str, *, is_own_picture: Callable[[str], bool], is_own_link: Callable[[str], bool]) -> str:
    """Give what WeChat stores: no script, no foreign picture, no foreign link."""
    keeper = _Keeper(is_own_picture, is_own_link)
    keeper.feed(_without_sections(html))
    keeper.close()
    return keeper.finish()


def text_of_html(html: str) -> str:
    """Give the bare text, as the digest that WeChat makes for itself."""
    reader = _Reader()
    reader.feed(_without_sections(html))
    reader.close()
    return " ".join("".join(reader.pieces).split())


def _without_sections(html: str) -> str:
    # `<![if …]>` of a word processor; the parser raises at those that it does not know.
    return _SECTION.sub("", html).replace("<![", "&lt;![")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


class _Keeper(HTMLParser):
    def __init__(self, is_own_picture: Callable[[str], bool], is_own_link: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self._is_own_picture, self._is_own_link = is_own_picture, is_own_link
        self._pieces: list[str] = []
        self._open: list[tuple[str, bool]] = []  # every open tag, and whether it was written
        self._gone: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._gone or tag in _GONE_WITH_CONTENT:
            if tag in _GONE_WITH_CONTENT:
                self._gone.append(tag)
            return
        values = {name: value or "" for name, value in attrs}
        written = self._write(tag, values)
        if tag not in _VOID:
            self._open.append((tag, written))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE_WITH_CONTENT:
            return
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._gone:
            if tag == self._gone[-1]:
                self._gone.pop()
            return
        if all(name != tag for name, _ in self._open):
            return
        while self._open:
            name, written = self._open.pop()
            if written:
                self._pieces.append(f"</{name}>")
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._gone:
            self._pieces.append(escape(data, quote=False))

    def finish(self) -> str:
        self._pieces.extend(f"</{name}>" for name, written in reversed(self._open) if written)
        return "".join(self._pieces)

    def _write(self, tag: str, values: dict[str, str]) -> bool:
        kept = {name: value for name, value in values.items() if name in _ATTRIBUTES}
        if "style" in kept:
            kept["style"] = _clean_style(kept["style"])
        match tag:
            case "img" if self._is_own_picture(values.get("src", "")):
                kept = {"src": values["src"]} | kept
            case "a" if self._is_own_link(values.get("href", "")):
                kept = {"href": values["href"]} | kept
            case "img" | "a":
                return False
            case "code":
                kept.pop("style", None)  # contract §10: a code element may lose its style
            case _ if tag not in _KEPT and tag not in _VOID:
                return False
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value)
        self._pieces.append(f"<{tag}{attributes}>")
        return True


def _clean_style(style: str) -> str:
    return ";".join(part.strip() for part in style.split(";") if part.strip() and not _BAD_STYLE.search(part))
