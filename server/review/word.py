"""A line of a word list: the word, its right form, and where and when it is wrong."""

from dataclasses import dataclass

from server.review.findings import Severity
from server.store.dictionary import WordKind, WordPlace


@dataclass(frozen=True, slots=True)
class Word:
    """One line. Of a leader, `word` is the name and `right` the posts; an office phone is never reported."""

    word: str
    right: str = ""
    context: str = ""
    severity: Severity = "warning"
    place: WordPlace = "any"
    kind: WordKind = "misspelling"
    note: str = ""
    is_ours: bool = False  # of the starting list
