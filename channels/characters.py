"""Which characters may go out in pages and feeds (contract feeds §1.4)."""

import re
from typing import Final

# XML 1.0 forbids these; one of them loses a whole feed in several readers (contract feeds §3.3).
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# C1 controls are Windows-1252 bytes read as Latin-1: Word's dashes and quotation marks.
_C1: Final = re.compile("[\x7f-\x9f]")
# Line separators, and the marks that turn the direction of the text that follows.
_INVISIBLE: Final = re.compile("[\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACE: Final = re.compile(r"\s+")


def clean(text: str) -> str:
    """Take out what XML forbids and mend Windows-1252 leftovers; line breaks stay."""
    return _FORBIDDEN.sub("", _C1.sub(_from_windows, text))


def one_line(text: str) -> str:
    """Make a title or summary of it: clean, on one line, no mark that hides or turns text."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", clean(text))).strip()


def _from_windows(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "" if code == 0x7F else bytes([code]).decode("cp1252", errors="ignore")
