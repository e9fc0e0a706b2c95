"""What a request says about encodings and about what it has already, read as RFC 9110 asks."""

import re
from functools import lru_cache
from typing import Final, Literal

Encoding = Literal["br", "gzip", "identity"]
PLAIN: Final = "plain"
"""The name of a route that gives out bytes as they lie there: its requests leave no line in the log."""
PREFERRED: Final[tuple[Encoding, ...]] = ("br", "gzip", "identity")
_TAG: Final = re.compile(r'(?:W/)?"?([^",\s]*)"?')
# nginx makes a tag weak, Apache adds the encoding to it: clients echo it (contract feeds §1.6).
_SUFFIXES: Final = ("-br", "-gzip", "-gz")
_LONGEST: Final = 2000
"""Characters of a header beyond which nobody means it. What was read once is kept, and a stranger may send a
megabyte that is different each time: it took the memory, and twelve seconds to read."""


def choose_encoding(accepted: str, offered: frozenset[Encoding]) -> Encoding:
    """Choose the encoding a client likes best; one with q=0 is never chosen, identity when nothing fits."""
    return _choose(accepted if len(accepted) <= _LONGEST else "", offered)


def is_known(if_none_match: str, tag: str) -> bool:
    """Say whether the client has this version already: a list, weak tags and `*` count (RFC 9110 13.1.2)."""
    return len(if_none_match) <= _LONGEST and _is_among(if_none_match, tag)


@lru_cache(maxsize=256)
def _choose(accepted: str, offered: frozenset[Encoding]) -> Encoding:
    weights = _weights(accepted)
    liked = [(weights.get(e, weights.get("*", 0.0)), -PREFERRED.index(e), e) for e in offered]
    named = [line for line in liked if line[0] > 0 and line[2] != "identity"]
    if not named:
        return "identity"
    best = max(named)
    return "identity" if weights.get("identity", 0.0) > best[0] else best[2]


@lru_cache(maxsize=1024)
def _is_among(if_none_match: str, tag: str) -> bool:
    if if_none_match.strip() == "*":
        return True
    known = {_without_encoding(found) for found in _TAG.findall(if_none_match) if found}
    return _without_encoding(tag) in known


def _without_encoding(tag: str) -> str:
    while tag.endswith(_SUFFIXES):
        tag = tag.rpartition("-")[0]
    return tag


def _weights(accepted: str) -> dict[str, float]:
    weights = {}
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            weights["gzip" if name == "x-gzip" else name] = _quality(parameters)
    return weights


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.replace(" ", "").startswith("q="):
            try:
                return min(max(float(parameter.partition("=")[2]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
