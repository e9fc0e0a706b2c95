"""Make a text fit a limit: cut at a grapheme, so that no character, flag or family is torn apart."""

from collections.abc import Callable
from typing import Final

import regex

ELLIPSIS: Final = "…"
_GRAPHEME: Final = regex.compile(r"\X")
_LOOSE_END: Final = regex.compile(r"[\s,，、;；:：。.]+$")


def fit(text: str, limit: int, length: Callable[[str], int]) -> str:
    """Give the longest beginning of `text` that `length` measures at no more than `limit`.

    A cut text ends with an ellipsis, which counts; where not even that fits, nothing is left.
    """
    if length(text) <= limit:
        return text
    ends = [0, *(found.end() for found in _GRAPHEME.finditer(text))]
    # Lengths grow with the text, so the longest beginning is found by halving.
    low, high = 0, len(ends) - 1
    if length(ELLIPSIS) > limit:
        return ""
    while low < high:
        middle = (low + high + 1) // 2
        if length(_cut(text, ends[middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return _cut(text, ends[low]) if low else ""


def _cut(text: str, end: int) -> str:
    return str(_LOOSE_END.sub("", text[:end])) + ELLIPSIS
