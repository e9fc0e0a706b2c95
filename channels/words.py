"""Words as a search knows them: overlapping pairs of Chinese characters, whole Latin words and numbers.

Most Chinese words have two characters, and nothing separates them in a text; indexes of three find none of
them. Pairs find every word of two or more, the last character of a run finds words of one.
"""

import re
from typing import Final

_CJK: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_CHINESE: Final = re.compile(rf"[{_CJK}]")
_ALL_CHINESE: Final = re.compile(rf"[{_CJK}]+")
_QUOTES: Final = "'\"“”‘’《》〈〉,，。.、;；:：!！?？*%"
_LONGEST: Final = 40  # characters of one word: no Latin word is longer, and an index refuses endless ones
# One sign for another, one for one, so that a place in the plain text is the same place in the written one.
_PLAIN: Final = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
        **dict.fromkeys("[［(（【﹝{｛", "〔"),
        **dict.fromkeys("]］)）】﹞}｝", "〕"),
        "\u3000": " ",
    }
)


def plain(text: str) -> str:
    """Give a text as a search compares it, of the same length: small letters, one kind of brackets."""
    return "".join(_small(sign) for sign in text.translate(_PLAIN))


def words_of(text: str) -> frozenset[str]:
    """Give the words of a text for an index."""
    found: set[str] = set()
    for run in _RUN.findall(plain(text)):
        if _CHINESE.match(run):
            found.update(run[n : n + 2] for n in range(len(run)))
        else:
            found.add(run[:_LONGEST])
    return frozenset(found)


def terms_of(asked: str) -> tuple[str, ...]:
    """Give what a person asked for, term by term as he separated them; at most eight."""
    terms = (term.strip(_QUOTES) for term in plain(asked).split())
    return tuple(dict.fromkeys(term for term in terms if _RUN.search(term)))[:8]


def wanted_words(term: str) -> tuple[tuple[str, bool], ...]:
    """Give the words that a text with this term has, each with whether longer ones that begin so count."""
    found: list[tuple[str, bool]] = []
    for run in _RUN.findall(term):
        if not _CHINESE.match(run):
            found.append((run[:_LONGEST], False))
        elif len(run) == 1:
            found.append((run, True))
        else:
            found += [(run[n : n + 2], False) for n in range(len(run) - 1)]
    return tuple(dict.fromkeys(found))


def is_exact(term: str) -> bool:
    """Say whether having the words of a term is having the term."""
    words = wanted_words(term)
    return len(words) == 1 and words[0][0] == term


def is_chinese(term: str) -> bool:
    """Say whether a text that holds a term, wherever it does, has the words of it too."""
    return _ALL_CHINESE.fullmatch(term) is not None


def _small(sign: str) -> str:
    small = sign.lower()
    return small if len(small) == 1 else sign
