"""Content → the HTML that an article keeps: styles inline, own pictures only, links as notes (§10)."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import lxml.html
import nh3
from lxml import etree

from channels.body import loose_pictures
from channels.characters import clean, one_line
from channels.item import ROLE_NAMES, VALIDITY_NAMES, Content, Picture
from channels.wechat import theme
from channels.wechat.letter import set_as_letter

CONTENT: Final = 20_000
"""Characters, mark-up included (§4.1)."""

_TAGS: Final = {
    *("p", "br", "h2", "h3", "h4", "blockquote", "strong", "b", "em", "i", "u", "s", "sub", "sup"),
    *("ul", "ol", "li", "img", "figure", "figcaption", "a", "hr"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"),
}
_KEPT: Final = {
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "img": {"src", "alt"},
    "a": {"href"},
}
OWN_HOST: Final = "mp.weixin.qq.com"  # only articles there can be reached by a link (§0.9)
_LETTERS: Final = frozenset({"policy", "notice", "response"})
_ADDRESS: Final = 200  # characters of a picture's address on the platform, with room to spare

_ROLES: Final = {**ROLE_NAMES, "source": "原文", "interpretation": "解读"}


def article_html(content: Content) -> str:
    """Give the article; its pictures are still `media:SHA256`, to be replaced by `place_pictures`.

    A text that gets too long by its styles goes without those that stand on every paragraph and cell.
    """
    full = _write(content, theme.FULL)
    return full if length_of(full) < CONTENT else _write(content, theme.SPARE)


def length_of(html: str) -> int:
    """Give how long the article will be once its pictures have their addresses."""
    return len(html) + html.count('src="media:') * (_ADDRESS - len("media:") - 64)


def place_pictures(html: str, addresses: Mapping[str, str]) -> str:
    """Put the platform's own addresses in place of the `media:` references (by SHA-256)."""
    for sha256, address in addresses.items():
        html = html.replace(f'src="media:{sha256}"', f'src="{escape(address)}"')
    return html


def shown_pictures(html: str, content: Content) -> tuple[Picture, ...]:
    """Give the pictures that the article shows, in order and each once."""
    return tuple(p for p in content.pictures if f'src="media:{p.sha256}"' in html)


def widest_table(content: Content) -> int:
    """Give the number of columns of the widest table, 0 where there is none."""
    return max((_columns(table) for table in _parse(content.body_html).iter("table")), default=0)


def _write(content: Content, look: theme.Theme) -> str:
    tree = _parse(content.body_html)
    notes: list[str] = []
    for anchor in list(tree.iter("a")):
        _make_note(anchor, content.url, notes)
    _keep_own_pictures(tree, content)
    if content.kind in _LETTERS:
        set_as_letter(tree)
    for table in list(tree.iter("table")):
        _fit_table(table)
    for node in tree.iter():
        style = look.styles.get(node.tag)
        if style and "style" not in node.attrib:
            node.set("style", style)
    for node in list(tree.iter("figure", "figcaption")):
        node.set("style", theme.PICTURE_FRAME if node.tag == "figure" else theme.CAPTION)
        node.tag = "section" if node.tag == "figure" else "p"
    tree.set("style", theme.FRAME)
    return _head(content) + _inner(tree) + _loose(content, look) + _foot(content, notes)


def _head(content: Content) -> str:
    sheet, lines = content.disclosure, []
    number = ""
    if sheet.document_number:
        number = f'<p style="{theme.NUMBER}">{escape(one_line(sheet.document_number))}</p>'
    if sheet.validity != "valid":
        lines.append(f"有效性：{VALIDITY_NAMES[sheet.validity]}")
    if content.kind == "policy" and sheet.formed_on is not None:
        day = sheet.formed_on
        lines.append(f"成文日期：{day.year}年{day.month}月{day.day}日")
    lines.append(f"来源：{content.source or content.org.name}")
    return number + _note(lines)


def _foot(content: Content, notes: list[str]) -> str:
    lines = []
    if content.attachments:
        lines += [f"附件：《{one_line(a.name)}》（{_size(a.size)}）" for a in content.attachments]
        lines.append(f"附件请点击文末“阅读原文”，在网站页面下载：{content.url}")
    lines += [f"{_ROLES[link.role]}：{one_line(link.title)} {link.url}" for link in content.related]
    lines += [f"[{number}] {address}" for number, address in enumerate(notes, 1)]
    return _note(lines)


def _size(size: int) -> str:
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"


def _note(lines: list[str]) -> str:
    text = "<br>".join(escape(clean(line)) for line in lines)
    return f'<p style="{theme.NOTE}">{text}</p>' if text else ""


def _loose(content: Content, look: theme.Theme) -> str:
    """Show below the text what the text itself does not show, as the page does."""
    return "".join(
        f'<section style="{theme.PICTURE_FRAME}">'
        f'<img src="media:{picture.sha256}" alt="{escape(clean(picture.alt))}" style="{look.styles["img"]}">'
        + (f'<p style="{theme.CAPTION}">{escape(clean(picture.alt))}</p>' if picture.alt else "")
        + "</section>"
        for picture in loose_pictures(content)
    )


def _make_note(anchor: Any, page: str, notes: list[str]) -> None:
    """Turn a link that the platform would drop into a number with its visible address below."""
    address = _address(anchor.get("href", ""), page)
    if address is not None and _is_article(address):
        anchor.set("href", address)
        return
    if address is not None and anchor.text_content().strip() != address:
        if address not in notes:
            notes.append(address)
        number = f"[{notes.index(address) + 1}]"
        tail = anchor[-1] if len(anchor) else None
        if tail is None:
            anchor.text = (anchor.text or "") + number
        else:
            tail.tail = (tail.tail or "") + number
    anchor.drop_tag()


def _address(target: str, page: str) -> str | None:
    """Give where a link leads, None where a reader of the article cannot go."""
    try:
        address = urljoin(page, target) if target and not target.startswith("#") else ""
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def _is_article(address: str) -> bool:
    parts = urlsplit(address)
    return parts.hostname == OWN_HOST and (parts.path == "/s" or parts.path.startswith("/s/"))


def _keep_own_pictures(tree: Any, content: Content) -> None:
    known = {f"media:{picture.sha256}": picture for picture in content.pictures}
    for image in list(tree.iter("img")):
        picture = known.get(image.get("src", ""))
        if picture is None:
            image.drop_tree()
        elif not image.get("alt"):
            image.set("alt", clean(picture.alt))


def _fit_table(table: Any) -> None:
    """Bring a table to a phone: its name before it, and a wide one in a frame that moves sideways."""
    for caption in table.findall("caption"):
        name = lxml.html.Element("p", style=theme.TABLE_NAME)
        name.text = clean(str(caption.text_content()))
        caption.drop_tree()
        table.addprevious(name)
    columns = _columns(table)
    table.set("style", theme.table_style(columns))
    table.set("border", "1")
    table.set("cellpadding", "5")
    if theme.is_narrow(columns):
        return
    frame = lxml.html.Element("section", style=theme.SIDEWAYS)
    frame.tail, table.tail = table.tail, None
    table.getparent().replace(table, frame)
    frame.append(table)


def _columns(table: Any) -> int:
    """Count the columns of a table; one that stands in a cell of it has its own."""
    rows = table.xpath("tr | thead/tr | tbody/tr | tfoot/tr")
    return max((sum(_span(cell) for cell in row.xpath("td | th")) for row in rows), default=0)


def _span(cell: Any) -> int:
    told = cell.get("colspan", "1")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 3 else 1


def _parse(html: str) -> Any:
    safe = nh3.clean(
        clean(html),
        tags=_TAGS,
        attributes=_KEPT,
        url_schemes={"http", "https", "mailto", "tel", "media"},
        link_rel=None,
        strip_comments=True,
    )
    # Again, because a reference like &#1; has become the sign itself by now.
    return lxml.html.fragment_fromstring(clean(safe), create_parent="section")


def _inner(tree: Any) -> str:
    return str(etree.tostring(tree, encoding="unicode", method="html", with_tail=False))
