"""The body of an imported document as HTML: what is numbered or styled as a heading becomes one."""

import re
from typing import Final

from server.importing.word_blocks import Block

_LEVEL_1: Final = re.compile(r"^[一二三四五六七八九十]{1,3}、")
_LEVEL_2: Final = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[）)]")
# Indents and right margins that were typed as spaces: each channel indents by itself.
_TYPED_INDENT: Final = re.compile(r"^((?:<[a-z]+>)*)[ \t\u3000]+")
_LONGEST: Final = 40
_LOWEST: Final = 4  # of the headings that a body may have, h2 to h4


def body_of(blocks: list[Block]) -> str:
    """Give the blocks as HTML: the highest level of headings that the file's styles use is h2."""
    outlines = [block.outline for block in blocks if block.outline is not None and _is_short(block)]
    return "".join(_tag(block, min(outlines, default=0)) for block in blocks)


def _is_short(block: Block) -> bool:
    text = block.text.strip()
    return len(text) <= _LONGEST and not text.endswith(("。", "；", ";"))


def _tag(block: Block, highest: int) -> str:
    if block.kind != "text" or block.html.startswith("<p>"):
        return block.html
    text, level = block.text.strip(), 0
    if _is_short(block):
        if _LEVEL_1.match(text):
            level = 2
        elif _LEVEL_2.match(text):
            level = 3
        elif block.outline is not None:
            level = min(_LOWEST, 2 + block.outline - highest)
    inner = _TYPED_INDENT.sub(r"\1", block.html)
    return f"<h{level}>{inner}</h{level}>" if level else f"<p>{inner}</p>"
