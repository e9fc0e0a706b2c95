"""The parts of an official document that have a place of their own: addressee, signature, day (GB/T 9704)."""

import re
from typing import Any, Final

from channels.wechat import theme

_DAY: Final = re.compile(r"(\d{4}|[〇零一二三四五六七八九]{4})年\w{1,3}月\w{1,3}日")
_SPACE: Final = re.compile(r"\s+")
_LONGEST_ADDRESSEE: Final = 120  # characters
_LONGEST_NAME: Final = 30
_SENTENCE: Final = re.compile("[，。；：！？]")
_ANNOUNCES: Final = re.compile("如下|现将|现就|根据|按照|为了|^为")
"""Words of a first sentence that ends with a colon too, but says what follows rather than who is meant."""


def set_as_letter(tree: Any) -> None:
    """Set the addressee to the margin, and the last signature with its day to the right, if there are any."""
    paragraphs = [node for node in tree if node.tag == "p"]
    if paragraphs and _is_addressee(_text(paragraphs[0])):
        paragraphs[0].set("style", theme.ADDRESSEE)
    days = [place for place, node in enumerate(paragraphs) if _DAY.fullmatch(_text(node))]
    if not days:
        return
    day = paragraphs[days[-1]]
    day.set("style", theme.SIGNED)
    before = day.getprevious()
    if before is not None and before.tag == "p" and _is_name(_text(before)):
        before.set("style", theme.SIGNED)


def _text(node: Any) -> str:
    return _SPACE.sub("", str(node.text_content()))


def _is_addressee(text: str) -> bool:
    return (
        text.endswith("：")
        and len(text) <= _LONGEST_ADDRESSEE
        and "。" not in text
        and not _ANNOUNCES.search(text)
    )


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and not _SENTENCE.search(text)
