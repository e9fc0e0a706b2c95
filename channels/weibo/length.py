"""Sina's way of counting characters (contract weibo §5)."""

import re
from html import unescape
from typing import Final

LIMIT: Final = 140
_URL: Final = re.compile(r"https?://[^\s<>\"'()\u0080-\uffff]+")
_OLD_URL: Final = re.compile(r"http://[^\s<>\"'()\u0080-\uffff]+")
_BROKEN: Final = re.compile(r"\s*https?:?/?/?[^\s<>\"'()\u0080-\uffff]*…$")
_SHORT: Final = 20  # half-widths of a shortened link
_OWN: Final = re.compile(r"^http://(?:[\w-]+\.)*(?:weibo\.com|weibo\.cn|t\.sina)")


def count(text: str) -> int:
    """Give the length that decides: the server's own rule is unknown, so the largest of all ways (§5)."""
    plain = text.replace("\r\n", "\n")
    return max(count_composer(text), _count_latin(text), _halves_to_characters(_halves(plain)))


def count_composer(text: str) -> int:
    """Count as the composer does: an http:// link is 10 characters, everything else by its UTF-16 units."""
    text = text.replace("\r\n", "\n")
    links = sum(_link(found.group()) for found in _OLD_URL.finditer(text) if not _is_short(found.group()))
    rest = _OLD_URL.sub(lambda found: found.group() if _is_short(found.group()) else "", text)
    return _halves_to_characters(_halves(rest) + links)


def _count_latin(text: str) -> int:
    """Count U+0000–00FF half, the rest of the BMP one, and what lies beyond it two; links by http rule."""
    text = text.replace("\r\n", "\n")
    links = sum(_link(found.group()) for found in _OLD_URL.finditer(text))
    rest = _OLD_URL.sub("", text)
    halves = sum(1 if ord(c) <= 0xFF else 2 if ord(c) <= 0xFFFF else 4 for c in rest)
    return _halves_to_characters(halves + links)


def _halves(text: str) -> int:
    return sum(2 if unit > 0x80 else 1 for unit in _units(text))


def _units(text: str) -> memoryview:
    return memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")


def _is_short(link: str) -> bool:
    return link.startswith("http://t.cn/")


def _link(link: str) -> int:
    """Give a link's half-widths: Sina's own up to 41 in full, others 20, and what goes beyond 140 on top."""
    if _OWN.match(link) and len(link) <= 41:
        return len(link)
    return _SHORT if len(link) <= 140 else len(link) - 140 + _SHORT


def _halves_to_characters(halves: int) -> int:
    return (halves + 1) // 2


def without_links(text: str) -> str:
    """Give the words of a text: links and white space taken out, since the platform rewrites both.

    It may also give `&` and `<` back as they stand in a page.
    """
    return "".join(unescape(_URL.sub("", text)).split())


def links_of(text: str) -> frozenset[str]:
    """Give the links of a text, without their schemes: a short address is written with either."""
    return frozenset(bare(found.group()) for found in _URL.finditer(text))


def bare(link: str) -> str:
    """Give a link without its scheme."""
    return link.partition("://")[2]


def without_broken_link(text: str) -> str:
    """Give a text that was cut with an ellipsis without the link that the cut went through."""
    return _BROKEN.sub("…", text)
