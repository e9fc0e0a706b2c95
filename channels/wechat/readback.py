"""What an article lost on its way into the draft box: the platform drops things in silence (§0.8, §10)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import zip_longest
from typing import Any, Final
from urllib.parse import urlsplit

import lxml.html

from channels.characters import clean

_SPACE: Final = re.compile(r"\s+")
_SHOWN: Final = 16  # characters of a lost sentence that are shown to the editor
_NAMES: Final = {"title": "标题", "author": "作者", "digest": "摘要", "content_source_url": "阅读原文的链接"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What an article must keep: its pictures, its tables (rows and cells), and its words."""

    pictures: tuple[str, ...]
    tables: tuple[tuple[int, int], ...]
    words: tuple[str, ...]


def loss_of(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> str | None:
    """Give the first loss as a Chinese sentence that says what was lost, None when everything is there."""
    for name, called in _NAMES.items():
        # An empty digest is filled from the text by the platform (§4.1).
        if sent[name] and _bare(str(stored.get(name, ""))) != _bare(str(sent[name])):
            return f"微信没有原样保存{called}"
    before, after = shape_of(str(sent["content"])), shape_of(str(stored.get("content", "")))
    return _lost_picture(before, after) or _lost_table(before, after) or _lost_words(before, after)


def shape_of(html: str) -> Shape:
    """Give what an article shows; an address goes by its path, since scheme and size are the platform's."""
    if not html.strip():
        return Shape((), (), ())
    tree = lxml.html.fragment_fromstring(clean(html), create_parent="div")
    pictures = tuple(_path(image.get("src") or image.get("data-src") or "") for image in tree.iter("img"))
    tables = tuple(
        (len(list(table.iter("tr"))), len(list(table.iter("td", "th")))) for table in tree.iter("table")
    )
    return Shape(pictures, tables, tuple(_words(tree)))


def _words(tree: Any) -> Iterator[str]:
    for text in tree.xpath(".//text()"):
        if bare := _SPACE.sub("", str(text)):
            yield bare


def _bare(text: str) -> str:
    # Whether the platform gives entities back is not known; a space more or less is no loss.
    return _SPACE.sub("", unescape(text))


def _path(address: str) -> str:
    try:
        parts = urlsplit(address).path.split("/")
    except ValueError:
        return address
    return "/".join(parts[:3])  # /mmbiz_jpg/KEY, without the size that follows


def _lost_picture(before: Shape, after: Shape) -> str | None:
    if len(after.pictures) >= len(before.pictures):
        return None
    left = list(after.pictures)
    for number, path in enumerate(before.pictures, start=1):
        if path not in left:
            return f"正文第{number}张图片没有被微信保存，请换一张图片重新上传"
        left.remove(path)
    return f"正文有{len(before.pictures)}张图片，微信只保存了{len(after.pictures)}张"


def _lost_table(before: Shape, after: Shape) -> str | None:
    for number, (sent, stored) in enumerate(zip_longest(before.tables, after.tables), start=1):
        if stored is None:
            return f"正文第{number}个表格没有被微信保存，请改为图片或附件"
        if sent is not None and sent != stored:
            return f"正文第{number}个表格被微信改动了（行列数不同），请改为图片或附件"
    return None


def _lost_words(before: Shape, after: Shape) -> str | None:
    kept, at = "".join(after.words), 0
    for words in before.words:
        found = kept.find(words, at)
        if found < 0:
            return f"正文里“{words[:_SHOWN]}”这一处没有被微信原样保存"
        at = found + len(words)
    return None
