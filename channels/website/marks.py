"""What our pages say about themselves, read back from their bytes: enough for a look without any receipt."""

import html
import re
from dataclasses import dataclass
from typing import Final

from channels.item import Content

_META: Final = re.compile(r'<meta name="(tongfa-[a-z]+)" content="([^"]*)">')
_MEDIA: Final = re.compile(r"/(m/[0-9a-f]{32}\.[0-9a-z]{2,4})\"")


@dataclass(frozen=True, slots=True)
class PageMarks:
    """The marks of one page; empty where the page carries none."""

    mark: str
    content_hash: str
    release: int
    lists: tuple[str, ...]
    media: tuple[str, ...]

    def is_older(self, mark: str, content: Content) -> bool:
        """Say whether it is the page of this item in this version or an earlier one."""
        return self.mark == mark and self.release <= content.release

    def is_newer(self, mark: str, content: Content) -> bool:
        """Say whether it is the page of this item in a later version."""
        return self.mark == mark and self.release > content.release

    def is_of(self, mark: str, content: Content) -> bool:
        """Say whether it is the page of this content, in this version."""
        return (self.mark, self.content_hash) == (mark, content.content_hash)


def read_marks(page: bytes) -> PageMarks:
    """Read the marks of a page; bytes that are no page of ours give empty marks."""
    text = page.decode("utf-8", errors="replace")
    found = {name: html.unescape(value) for name, value in _META.findall(text)}
    return PageMarks(
        mark=found.get("tongfa-mark", ""),
        content_hash=found.get("tongfa-content", ""),
        release=_number(found.get("tongfa-release", "")),
        lists=tuple(found.get("tongfa-lists", "").split()),
        media=tuple(dict.fromkeys(_MEDIA.findall(text))),
    )


def entry_mark(content: Content) -> str:
    """Give what a line of a list carries: which item, in which version."""
    return f'data-entry="{html.escape(content.item_id)}.{html.escape(content.content_hash[:16])}"'


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
