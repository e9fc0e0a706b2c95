"""How the pretended Weibo reads a text: its length, its links, its topics.

Written from contract weibo §3–§5 alone, apart from what the adapter does.
"""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from math import ceil
from urllib.parse import urlsplit

LONGEST = 140

# The composer knows only the old scheme; an https address is counted letter by letter (contract §5.3).
_COMPOSER_URL = re.compile(r"http://[\x21-\x7e]+")
# Whatever is glued to an address is swallowed by it (contract §5, last paragraph).
_LINK = re.compile(r"https?://\S+")
_TOPIC = re.compile(r"#[^#\n]+#")
_SINA = ("weibo.com", "weibo.cn", "t.sina.com.cn")


def length_of(text: str) -> int:
    """Give the length in Chinese characters, the stricter of both ways (contract §5: server unknown)."""
    return max(composer_length_of(text), ceil(_half_widths(text.replace("\r\n", "\n")) / 2))


def composer_length_of(text: str) -> int:
    """Give the length as Sina's own composer shows it: most links count ten characters."""
    plain = text.replace("\r\n", "\n")
    folded = _half_widths(_COMPOSER_URL.sub("", plain))
    return ceil((folded + sum(_url_half_widths(url) for url in _COMPOSER_URL.findall(plain))) / 2)


def links_in(text: str) -> tuple[str, ...]:
    """Give the links of a text in their order."""
    return tuple(_LINK.findall(text))


def replace_links(text: str, shorten: Callable[[str], str]) -> str:
    """Give the text with every link replaced by its short address."""
    return _LINK.sub(lambda found: shorten(found.group()), text)


def has_topic(text: str) -> bool:
    """Say whether the text carries a `#topic#`; a `#` inside a link is none."""
    return _TOPIC.search(_LINK.sub(" ", text)) is not None


def is_under(link: str, domain: str) -> bool:
    """Say whether a link leads to the domain or below it; a port does not matter."""
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    wanted = domain.lower().partition(":")[0]
    return bool(wanted) and (host == wanted or host.endswith(f".{wanted}"))


def is_similar(one: str, other: str) -> bool:
    """Say whether two texts are nearly the same, their links aside."""
    return SequenceMatcher(None, _LINK.sub("", one), _LINK.sub("", other)).ratio() >= 0.95


def _half_widths(text: str) -> int:
    # By UTF-16 units: a character beyond the first plane is two of them (contract §5.2).
    return sum(1 if ord(letter) <= 0x80 else 2 if ord(letter) <= 0xFFFF else 4 for letter in text)


def _url_half_widths(url: str) -> int:
    size, host = len(url), url.removeprefix("http://").partition("/")[0]
    if host == "t.cn":
        return size
    if size > 140:
        return size - 140 + 20
    is_short_sina = any(host == own or host.endswith(f".{own}") for own in _SINA) and size <= 41
    return size if is_short_sina else 20
