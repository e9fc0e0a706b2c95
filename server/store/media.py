"""Media: what is known of each stored picture and attachment; the bytes are in `blobs`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from server.store.rows import upsert
from server.store.tables import media
from server.store.tx import Tx

Makers = Literal["signed", "packed", "kept"]
"""Why a file still says who made it: it is sealed, others are packed in it, or it could not be taken out."""


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A stored file; a picture has a width and a height in pixels. `makers` None: it says of nobody."""

    sha256: str
    mime: str
    size: int
    width: int | None
    height: int | None
    makers: Makers | None = None


async def put_media(tx: Tx, row: MediaRow, *, by: str, at: datetime) -> None:
    """Write what is known of a file; the same bytes again change nothing."""
    await tx.execute(
        upsert(tx, media)
        .values(
            sha256=row.sha256,
            mime=row.mime,
            size=row.size,
            width=row.width,
            height=row.height,
            makers=row.makers,
            created_by=by,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["sha256"])
    )


async def find_media(tx: Tx, sha256: str) -> MediaRow | None:
    """Give what is known of a file."""
    return (await list_media(tx, (sha256,))).get(sha256)


async def list_media(tx: Tx, hashes: tuple[str, ...]) -> dict[str, MediaRow]:
    """Give what is known of some files, by hash; those that are not stored are left out."""
    wanted = sa.select(media).where(media.c.sha256.in_(hashes))
    return {row.sha256: _media_of(row) for row in await tx.execute(wanted)}


def _media_of(row: sa.Row[Any]) -> MediaRow:
    return MediaRow(
        row.sha256, row.mime, row.size, row.width, row.height, cast("Makers | None", row.makers)
    )  # fmt: skip
