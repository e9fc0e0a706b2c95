"""What stored files say: the text of each, read once, in pieces that name their place in the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from server.store.media import Makers
from server.store.review_tables import media_text
from server.store.rows import upsert
from server.store.tables import media
from server.store.tx import Tx

TextState = Literal["read", "unreadable", "too_large", "locked", "no_text"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a file: a page, a sheet, the running text. Cells of a row stand apart by tabs."""

    part: str
    text: str


@dataclass(frozen=True, slots=True)
class MediaText:
    """What a file says. `too_large`: the pieces are the beginning only; `locked`: behind a password.

    `makers` says why it still tells who made it, as far as that is known.
    """

    state: TextState
    pieces: tuple[Piece, ...]
    makers: Makers | None = None


async def put_text(tx: Tx, sha256: str, text: MediaText, *, at: datetime) -> None:
    """Keep what a file says; the first reading of the same bytes stands."""
    pieces = [[piece.part, piece.text.replace("\0", "")] for piece in text.pieces]
    row = {"sha256": sha256, "state": text.state, "pieces": pieces, "read_at": at}
    await tx.execute(upsert(tx, media_text).values(row).on_conflict_do_nothing(index_elements=["sha256"]))


async def list_texts(tx: Tx, hashes: Iterable[str]) -> dict[str, MediaText]:
    """Give what some files say, by hash; those not read yet are left out."""
    wanted = (
        sa.select(media_text, media.c.makers)
        .outerjoin(media, media.c.sha256 == media_text.c.sha256)
        .where(media_text.c.sha256.in_(tuple(hashes)))
    )
    return {row.sha256: _text_of(row) for row in await tx.execute(wanted)}


def _text_of(row: sa.Row[Any]) -> MediaText:
    pieces = tuple(Piece(part, text) for part, text in row.pieces)
    return MediaText(row.state, pieces, cast("Makers | None", row.makers))
