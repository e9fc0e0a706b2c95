"""Search as a reader does: the words he typed, the best first, and where they stand in the text."""

from dataclasses import dataclass
from typing import Final

from channels.body import body_text
from channels.characters import one_line
from channels.item import Content
from channels.words import plain, terms_of
from server.store.catalogue import FARTHEST, Filters, Hit, find_hits
from server.store.tx import Tx

MOST: Final = 300
"""So many lines are ranked; whoever finds more should ask more exactly."""
_SHOWN: Final = 90  # characters of an excerpt


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, best first; `is_all` says that nothing was left out.

    `among` is how many of the newest lines were looked through, None when it was all of them.
    """

    terms: tuple[str, ...]
    hits: tuple[Hit, ...]
    is_all: bool
    among: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether it is what was asked for."""

    text: str
    is_hit: bool


async def search(tx: Tx, asked: str, filters: Filters) -> Search:
    """Find what has every term; one without any word finds nothing.

    The title counts most, then a document's number; among equals the newest comes first. The rule is ours,
    not the engine's, so that SQLite and PostgreSQL give the same order.
    """
    terms = terms_of(asked)
    if not terms:
        return Search((), (), is_all=True)
    titled = await find_hits(tx, terms, filters, in_title=True, limit=MOST)
    anywhere = await find_hits(tx, terms, filters, in_title=False, limit=MOST)
    hits = {hit.item_id: hit for hit in (*titled.hits, *anywhere.hits)}
    is_cut_off = titled.is_cut_off or anywhere.is_cut_off
    ranked = sorted(hits.values(), key=lambda hit: _rank(hit, terms), reverse=True)
    is_all = max(len(titled.hits), len(anywhere.hits)) < MOST and not is_cut_off
    return Search(terms, tuple(ranked), is_all, FARTHEST if is_cut_off else None)


def _rank(hit: Hit, terms: tuple[str, ...]) -> tuple[int, float, str]:
    score = 0
    for term in terms:
        if hit.number and term in hit.number:
            score += 3
        if term in hit.title:
            score += 2
    if " ".join(terms) in (hit.title, hit.number):
        score += 100
    return score, hit.published_at.timestamp(), hit.item_id


def marked(text: str, terms: tuple[str, ...]) -> tuple[Piece, ...]:
    """Cut a text at the terms, longest term first."""
    spots = _spots(text, terms)
    pieces, at = [], 0
    for start, end in spots:
        if start > at:
            pieces.append(Piece(text[at:start], is_hit=False))
        pieces.append(Piece(text[start:end], is_hit=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], is_hit=False))
    return tuple(pieces)


def excerpt(content: Content, terms: tuple[str, ...]) -> tuple[Piece, ...]:
    """Give the place in the words of an item where the first term stands, or how they begin."""
    text = one_line(" ".join((content.summary or content.disclosure.overview, body_text(content))))
    spots = _spots(text, terms)
    start = max(0, spots[0][0] - 20) if spots else 0
    shown = text[start : start + _SHOWN]
    before, after = "…" if start else "", "…" if start + _SHOWN < len(text) else ""
    return marked(f"{before}{shown}{after}", terms)


def _spots(text: str, terms: tuple[str, ...]) -> list[tuple[int, int]]:
    """Give where the terms stand, in order and without overlaps; `plain` keeps every place."""
    small, found = plain(text), []
    for term in terms:
        at = small.find(term)
        while at >= 0:
            found.append((at, at + len(term)))
            at = small.find(term, at + len(term))
    spots: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda spot: (spot[0], -spot[1])):
        if not spots or start >= spots[-1][1]:
            spots.append((start, end))
    return spots
