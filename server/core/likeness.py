"""How much of an interpretation is only the document again: an excerpt is named as a fault by local rules."""

import re
from html import unescape
from typing import Final

REPEATS: Final = 70
"""From this percentage on an interpretation is flagged as repeating its document; our own threshold."""

_STRIDE: Final = 8  # characters in a row; shorter runs are shared by any two texts about one matter
_MOST: Final = 200_000  # characters looked at; documents of an office are far below
_TAG: Final = re.compile(r"<[^>]*>")
_SILENT: Final = re.compile(r"[\W_]+")


def likeness(interpretation_html: str, document_html: str) -> int:
    """Give the percentage of the interpretation's text that stands in the document word for word.

    0 for an interpretation without words, for example a picture or a film.
    """
    words, document = _words(interpretation_html), _words(document_html)
    if len(words) < _STRIDE:
        return 0
    known = {document[n : n + _STRIDE] for n in range(len(document) - _STRIDE + 1)}
    repeated = bytearray(len(words))
    for n in range(len(words) - _STRIDE + 1):
        if words[n : n + _STRIDE] in known:
            repeated[n : n + _STRIDE] = b"\x01" * _STRIDE
    return round(100 * sum(repeated) / len(words))


def _words(html: str) -> str:
    return _SILENT.sub("", unescape(_TAG.sub("", html[: 2 * _MOST])))[:_MOST]
