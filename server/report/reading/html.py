"""HTML → a report. A table whose cells hold prose is layout, as old sites use it, and is read as text."""

from typing import Any, Final

from lxml import etree, html

from server.report.document import Document, build
from server.report.reading.unreadable import Unreadable

_SKIPPED: Final = frozenset({"script", "style", "head", "noscript", "template", "nav", "iframe", "svg"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TEXTS: Final = frozenset({"p", "pre", "blockquote", "li", "ul", "ol", "dl", "dt", "dd", "br", "figcaption"})
_BOXES: Final = frozenset({"body", "main", "div", "section", "article", "header", "footer"})
_BLOCKS: Final = _HEADINGS | _TEXTS | _BOXES | {"table", "tr", "td", "th"}
_PROSE: Final = 160
_DEPTH: Final = 200


def read_html(text: str) -> Document:
    """Read an HTML page or a piece of one; raises Unreadable."""
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable("不是正确的 HTML 文件。") from None
    collected = _Collected()
    collected.walk(root, 0)
    collected.close()
    return build(collected.parts)


class _Collected:
    """Texts and tables in the order of the page."""

    def __init__(self) -> None:
        self.parts: list[str | list[list[str]]] = []
        self._line: list[str] = []

    def walk(self, node: Any, depth: int) -> None:
        if depth > _DEPTH:
            raise Unreadable("HTML 嵌套过深，不能检查。")
        if not isinstance(node.tag, str) or node.tag in _SKIPPED:
            return
        if node.tag == "table" and not _is_layout(node):
            self.close()
            self.parts.append(_rows(node))
            return
        block = node.tag in _BLOCKS
        if block:
            self.close()
        self._line.append(node.text or "")
        for child in node:
            self.walk(child, depth + 1)
            self._line.append(child.tail or "")
        if block:
            self.close()

    def close(self) -> None:
        text = " ".join("".join(self._line).split())
        if text:
            self.parts.append(text)
        self._line = []


def _is_layout(table: Any) -> bool:
    if table.find(".//table") is not None:
        return True
    cells = list(table.iter("td", "th"))
    return len(cells) == 1 or any(len(cell.text_content()) > _PROSE for cell in cells)


def _rows(table: Any) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row if cell.tag in ("td", "th")]
        for row in table.iter("tr")
    ]
