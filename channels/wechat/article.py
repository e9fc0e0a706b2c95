"""Content → the HTML that an article keeps: styles inline, own pictures only, links as notes (§10)."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

import lxml.html
import nh3
from lxml import etree

from channels.characters import clean, one_line
from channels.item import VALIDITY_NAMES, Content

_TAGS: Final = {
    *("p", "br", "h2", "h3", "h4", "blockquote", "strong", "b", "em", "i", "u", "s", "sub", "sup", "span"),
    *("ul", "ol", "li", "img", "figure", "figcaption", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "caption"),
}
_KEPT: Final = {
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "img": {"src", "alt"},
    "a": {"href"},
}
_STYLES: Final[Mapping[str, str]] = {
    "p": "margin:0 0 16px;line-height:1.75;font-size:16px;text-indent:2em;",
    "h2": "margin:24px 0 12px;font-size:19px;line-height:1.5;font-weight:bold;",
    "h3": "margin:20px 0 10px;font-size:17px;line-height:1.5;font-weight:bold;",
    "h4": "margin:16px 0 8px;font-size:16px;line-height:1.5;font-weight:bold;",
    "blockquote": "margin:0 0 16px;padding:8px 12px;border-left:3px solid #b4b4b4;",
    "ul": "margin:0 0 16px;padding-left:1.5em;",
    "ol": "margin:0 0 16px;padding-left:1.5em;",
    "li": "margin:0 0 6px;line-height:1.75;font-size:16px;",
    "img": "max-width:100%;height:auto;display:block;margin:0 auto;",
    "figure": "margin:0 0 16px;text-align:center;",
    "figcaption": "font-size:14px;line-height:1.6;color:#737373;text-align:center;",
    "table": "width:100%;border-collapse:collapse;margin:0 0 16px;font-size:14px;line-height:1.6;",
    "th": "border:1px solid #b4b4b4;padding:6px 8px;font-weight:bold;text-align:left;",
    "td": "border:1px solid #b4b4b4;padding:6px 8px;text-align:left;",
    "hr": "border:0;border-top:1px solid #b4b4b4;margin:16px 0;",
}
_LINE: Final = "margin:0 0 8px;line-height:1.6;font-size:14px;color:#737373;"
_OWN_HOST: Final = "mp.weixin.qq.com"  # the only links that live (§0.9)


def article_html(content: Content) -> str:
    """Give the article; its pictures are still `media:SHA256`, to be replaced by `place_pictures`."""
    tree = _parse(content.body_html)
    notes: list[str] = []
    for anchor in list(tree.iter("a")):
        _make_note(anchor, notes)
    known = {f"media:{picture.sha256}" for picture in content.pictures}
    for image in list(tree.iter("img")):
        if image.get("src") not in known:
            image.drop_tree()
    for node in tree.iter():
        style = _STYLES.get(node.tag)
        if style:
            node.set("style", style)
    return _head(content) + _inner(tree) + _foot(content, notes)


def place_pictures(html: str, addresses: Mapping[str, str]) -> str:
    """Put the platform's own addresses in place of the `media:` references (by SHA-256)."""
    for sha256, address in addresses.items():
        html = html.replace(f'src="media:{sha256}"', f'src="{escape(address)}"')
    return html


def shown_pictures(html: str, content: Content) -> tuple[str, ...]:
    """Give the hashes of the pictures that the article shows, in order and each once."""
    return tuple(p.sha256 for p in content.pictures if f'src="media:{p.sha256}"' in html)


def _head(content: Content) -> str:
    lines = []
    if content.disclosure.document_number:
        lines.append(content.disclosure.document_number)
    if content.disclosure.validity != "valid":
        lines.append(f"有效性:{VALIDITY_NAMES[content.disclosure.validity]}")
    lines.append(f"来源:{content.source or content.org.name}")
    return "".join(_line(line) for line in lines)


def _foot(content: Content, notes: list[str]) -> str:
    lines = []
    if content.attachments:
        names = "、".join(f"《{one_line(a.name)}》" for a in content.attachments)
        lines.append(f"附件{names}请点击“阅读原文”在网站下载:{content.url}")
    lines += [
        f"{'原文' if link.role == 'source' else '解读'}:{one_line(link.title)} {link.url}"
        for link in content.related
    ]
    lines += [f"[{number}] {address}" for number, address in enumerate(notes, 1)]
    return "".join(_line(line) for line in lines)


def _line(text: str) -> str:
    return f'<p style="{_LINE}">{escape(clean(text))}</p>'


def _make_note(anchor: Any, notes: list[str]) -> None:
    """Turn a link that the platform would drop into a number with its visible address below."""
    address = anchor.get("href", "")
    if urlsplit(address).hostname == _OWN_HOST:
        return
    if urlsplit(address).scheme in ("http", "https"):
        if address not in notes:
            notes.append(address)
        number = f"[{notes.index(address) + 1}]"
        tail = anchor[-1] if len(anchor) else None
        if tail is None:
            anchor.text = (anchor.text or "") + number
        else:
            tail.tail = (tail.tail or "") + number
    anchor.drop_tag()


def _parse(html: str) -> Any:
    safe = nh3.clean(
        clean(html),
        tags=_TAGS,
        attributes=_KEPT,
        url_schemes={"http", "https", "mailto", "tel", "media"},
        link_rel=None,
        strip_comments=True,
    )
    return lxml.html.fragment_fromstring(safe, create_parent="section")


def _inner(tree: Any) -> str:
    return str(etree.tostring(tree, encoding="unicode", method="html", with_tail=False))
