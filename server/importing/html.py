"""Body HTML on the way in: what is dangerous goes, what every channel can carry stays, and nothing is glued.

nh3 (a real HTML5 parser) decides what may stay; `shape` then brings the rest into one shape.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import nh3

from server.core.problems import Problem
from server.importing.dropped import Dropped, dropped_from
from server.importing.shape import ROUGH_TAGS, Shape, TooDeep, shape

_ATTRIBUTES: Final = {
    "x-a": {"href"},
    "img": {"src", "alt", "role"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
}
# Together with their content: what stands inside is no text for a reader.
_GONE: Final = {
    "script", "style", "iframe", "object", "embed", "applet", "template", "noscript", "svg", "math",
    "title", "xmp", "plaintext", "select", "textarea", "button", "audio", "video", "canvas",
}  # fmt: skip
_SCHEMES: Final = {"http", "https", "mailto", "tel", "media", "data"}
_MEDIA: Final = re.compile(r"media:([0-9a-f]{64})")
_SPAN: Final = re.compile(r"[1-9]\d?")
# A parser's work grows with the square of what is nested in what, so what may come in has a bound: 30,000
# tags are a table of a thousand rows.
_MOST_TAGS: Final = 30_000
_TAG: Final = re.compile(r"</?[a-zA-Z]")
# HTML5 opens "formatting" tags again in every paragraph that follows, so that 40 kB with 300 open <b> grow
# to 20 MB and a megabyte takes the machine's memory. Under a name of no meaning they do not.
_FORMATTING: Final = re.compile(
    r"<(/?)(a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class BodyPicture:
    """A picture that a body refers to."""

    sha256: str
    alt: str


@dataclass(frozen=True, slots=True)
class Body:
    """正文, sanitised: the HTML, its plain text, and the pictures in their order (each once)."""

    html: str
    text: str
    pictures: tuple[BodyPicture, ...]
    dropped: tuple[Dropped, ...] = ()  # what fell away on the way in, with what stood in it


async def read_body(html: str) -> Body:
    """Sanitise a body off the event loop; refuses one that says nothing or brings pictures of its own."""
    return await asyncio.to_thread(sanitise, html)


def sanitise(html: str) -> Body:
    """Sanitise a body; doing it twice changes nothing more."""
    if sum(1 for _ in _TAG.finditer(html)) > _MOST_TAGS:
        raise Problem("invalid", "正文的标签太多，请把大表格改为附件", field="body")
    clean = nh3.clean(
        _FORMATTING.sub(r"<\1x-\2", html),
        tags=set(ROUGH_TAGS),
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel=None,
    )
    try:
        shaped = shape(clean)
    except TooDeep as error:
        raise Problem("invalid", "正文的层级嵌套过深，请先整理格式", field="body") from error
    pictures = _pictures(shaped)
    if not pictures and not shaped.text.strip():
        raise Problem("invalid", "正文没有内容：去掉脚本等不允许的部分后是空的", field="body")
    return Body(shaped.html, shaped.text, pictures, dropped_from(html))


def _keep(tag: str, name: str, value: str) -> str | None:
    """Keep an attribute's value, or None to drop it."""
    match tag, name:
        case "x-a", "href":
            return value if _is_link(value) else None
        case "img", "role":
            return value if value == "presentation" else None  # 装饰图片: it says nothing, and needs no words
        case "img", _:
            return value  # judged in _pictures, where a person is told
        case "ol", "start":
            return value if value.isascii() and value.isdigit() and len(value) < 5 else None
        case _:
            return value if _SPAN.fullmatch(value) else None


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname) and parts.username is None
    return parts.scheme in ("mailto", "tel") and bool(parts.path)


def _pictures(shaped: Shape) -> tuple[BodyPicture, ...]:
    found: dict[str, BodyPicture] = {}
    for src, alt in shaped.pictures:
        known = _MEDIA.fullmatch(src)
        if known is None:
            # Fetching it for them would let anybody send the server to any address.
            where = "直接嵌入的图片" if src.startswith("data:") else "外部图片或失效的图片"
            raise Problem("invalid", f"正文里有{where}：请先上传图片，再引用它", field="body")
        found.setdefault(known[1], BodyPicture(known[1], alt))
    return tuple(found.values())
