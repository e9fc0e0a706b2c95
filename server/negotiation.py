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
_SUFFIX: Final = re.compile(r"(?:-(?:br|gzip|gz))+$")


@lru_cache(maxsize=256)
def choose_encoding(accepted: str, offered: frozenset[Encoding]) -> Encoding:
    """Choose the encoding a client likes best; one with q=0 is never chosen, identity when nothing fits."""
    weights = _weights(accepted)
    liked = [(weights.get(e, weights.get("*", 0.0)), -PREFERRED.index(e), e) for e in offered]
    named = [line for line in liked if line[0] > 0 and line[2] != "identity"]
    if not named:
        return "identity"
    best = max(named)
    return "identity" if weights.get("identity", 0.0) > best[0] else best[2]


@lru_cache(maxsize=1024)
def is_known(if_none_match: str, tag: str) -> bool:
    """Say whether the client has this version already: a list, weak tags and `*` count (RFC 9110 13.1.2)."""
    if if_none_match.strip() == "*":
        return True
    known = {_SUFFIX.sub("", found) for found in _TAG.findall(if_none_match) if found}
    return _SUFFIX.sub("", tag) in known


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
