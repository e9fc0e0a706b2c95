"""附件说明: the list of attachments under the text, in the forms in which offices write it.

GB/T 9704-2012 wants “附件：1.…”; “附件 1.…” without its colon, a line “附件” above the list, and a line
“附件1：…” for each are common. What stands on a page of its own is an attachment, no list.
"""

import re
from dataclasses import dataclass
from typing import Final

from server.importing.word_blocks import Block

_FIRST: Final = re.compile(r"附\s*件(?:\s*[:：]\s*|\s+(?=1\s*[.．、]))(?P<first>.*)", re.DOTALL)
_BARE: Final = re.compile(r"附\s*件\s*[:：]?")
_NUMBERED: Final = re.compile(r"附\s*件\s*(?:[0-9]{1,2}|[一二三四五六七八九十])\s*[:：]\s*(?P<name>.+)")
_LISTED: Final = re.compile(r"\s*(?:[0-9]{1,2}\s*[.．、]|[（(][0-9]{1,2}[）)])\s*(?P<name>.+)")
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Attached:
    """The names in a list of attachments, the block that it begins with, and how sure we are."""

    names: tuple[str, ...]
    block: Block
    sureness: float


def list_attachments(blocks: list[Block]) -> Attached | None:
    """Find the list of attachments of a document; None when it has none."""
    for at, block in enumerate(blocks):
        if block.kind != "text" or (block.begins_page and at):
            continue
        text, rest = block.text.strip(), blocks[at + 1 :]
        if _NUMBERED.fullmatch(text):
            lines = [text, *_going_on(rest, _NUMBERED)]
            return Attached(tuple(_named(line, _NUMBERED) for line in lines), block, 0.8)
        found = _FIRST.fullmatch(text)
        if found is None and not _BARE.fullmatch(text):
            continue
        first = found["first"].split("\n") if found else []
        names = [_named(line, _LISTED) for line in (*first, *_going_on(rest, _LISTED))]
        if any(names):
            return Attached(tuple(name for name in names if name), block, 0.9 if found else 0.7)
    return None


def _going_on(blocks: list[Block], form: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if block.kind != "text" or block.begins_page or not form.fullmatch(block.text.strip()):
            break
        found += block.text.split("\n")
    return found


def _named(line: str, form: re.Pattern[str]) -> str:
    listed = form.fullmatch(line.strip())
    return (listed["name"] if listed else line).strip().rstrip("。；;")[:_LONGEST]
