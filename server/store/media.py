"""Media: what is known of each stored picture and attachment, who may have it, and when it goes.

The bytes are in `blobs`. A file stays for as long as an item uses it, and otherwise for a term after it was
last brought.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from server.store.media_tables import media_bringer, media_use
from server.store.review_tables import media_text
from server.store.rows import NotThere, upsert
from server.store.tables import item, media
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


@dataclass(frozen=True, slots=True)
class Sight:
    """Which files somebody may have: those that he brought, and those of items of organs that he may read.

    A hash alone opens nothing: another organ's unpublished files are none of his, even if he knows theirs.
    """

    person_id: str
    org_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unused:
    """Files that nothing uses, and their bytes in all."""

    files: int
    size: int


async def put_media(tx: Tx, row: MediaRow, *, by: str, at: datetime) -> None:
    """Write what is known of a file, and that this person brought it.

    Its bytes may just have been taken away as unused: whoever calls this looks for them after the commit.
    """
    await hold_file(tx, row.sha256)
    known = {
        "sha256": row.sha256, "mime": row.mime, "size": row.size, "width": row.width, "height": row.height,
        "makers": row.makers, "created_by": by, "created_at": at,
    }  # fmt: skip
    await tx.execute(upsert(tx, media).values(known).on_conflict_do_nothing(index_elements=["sha256"]))
    brought = upsert(tx, media_bringer).values(sha256=row.sha256, person_id=by, brought_at=at)
    await tx.execute(
        brought.on_conflict_do_update(
            index_elements=["sha256", "person_id"], set_={"brought_at": brought.excluded.brought_at}
        )
    )


async def hold_file(tx: Tx, sha256: str) -> None:
    """Let nobody else bring or take away this file until the transaction ends, known or not."""
    if tx.dialect.name == "postgresql":  # who writes on SQLite is alone
        await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(int(sha256[:15], 16))))


async def keep_brought(tx: Tx, hashes: Iterable[str], *, by: str, at: datetime) -> None:
    """Let the term of files that this person brought begin anew."""
    await tx.execute(
        media_bringer.update()
        .where(media_bringer.c.sha256.in_(tuple(hashes)), media_bringer.c.person_id == by)
        .values(brought_at=at)
    )


async def use_media(tx: Tx, item_id: str, hashes: Iterable[str]) -> None:
    """Write down that an item has files, for ever; raises NotThere when one was taken away meanwhile."""
    wanted = sorted(set(hashes))
    if not wanted:
        return
    stored = sa.select(media.c.sha256).where(media.c.sha256.in_(wanted)).order_by(media.c.sha256)
    found = set((await tx.execute(stored.with_for_update(read=True, key_share=True))).scalars())
    for sha256 in wanted:
        if sha256 not in found:
            raise NotThere("media", sha256)
    rows = [{"sha256": sha256, "item_id": item_id} for sha256 in wanted]
    await tx.execute(upsert(tx, media_use).values(rows).on_conflict_do_nothing())


async def find_media(tx: Tx, sha256: str, sight: Sight) -> MediaRow | None:
    """Give what is known of a file; None also where it is none of his."""
    return (await list_media(tx, (sha256,), sight)).get(sha256)


async def list_media(tx: Tx, hashes: tuple[str, ...], sight: Sight) -> dict[str, MediaRow]:
    """Give what is known of some files, by hash; those not stored and those he may not have are left out."""
    is_brought = sa.exists().where(
        media_bringer.c.sha256 == media.c.sha256, media_bringer.c.person_id == sight.person_id
    )
    is_used = sa.exists().where(
        media_use.c.sha256 == media.c.sha256,
        media_use.c.item_id == item.c.id,
        item.c.org_id.in_(sight.org_ids),
    )
    wanted = sa.select(media).where(media.c.sha256.in_(hashes), is_brought | is_used)
    return {row.sha256: _media_of(row) for row in await tx.execute(wanted)}


async def is_stored(tx: Tx, sha256: str) -> bool:
    """Say whether anything is known of a file."""
    return bool((await tx.execute(sa.select(sa.exists().where(media.c.sha256 == sha256)))).scalar_one())


async def list_unknown(tx: Tx, hashes: tuple[str, ...]) -> tuple[str, ...]:
    """Give those of some hashes of which nothing is known."""
    known = set((await tx.execute(sa.select(media.c.sha256).where(media.c.sha256.in_(hashes)))).scalars())
    return tuple(sha256 for sha256 in hashes if sha256 not in known)


async def end_terms(tx: Tx, *, before: datetime, limit: int) -> tuple[str, ...]:
    """Forget who brought files before a moment, the oldest first; give their hashes, `limit` at most.

    Until the transaction ends nobody brings them.
    """
    over = sa.select(media_bringer.c.sha256).where(media_bringer.c.brought_at < before)
    found = (await tx.execute(over.order_by(media_bringer.c.brought_at).limit(limit))).scalars()
    hashes = tuple(sorted(set(found)))
    for sha256 in hashes:
        await hold_file(tx, sha256)
    # Asked once more, for somebody may have brought one before it was held.
    await tx.execute(
        media_bringer.delete().where(media_bringer.c.sha256.in_(hashes), media_bringer.c.brought_at < before)
    )
    return hashes


async def delete_unused(tx: Tx, hashes: tuple[str, ...]) -> tuple[MediaRow, ...]:
    """Delete what is known of those of some held files that no term keeps and nothing uses; give them.

    A proof's picture is used by the item of its delivery, so no other table is asked.
    """
    # Locked before the question whether anything uses them: who uses one meanwhile is waited for, or waits.
    held = sa.select(media.c.sha256).where(media.c.sha256.in_(hashes)).order_by(media.c.sha256)
    await tx.execute(held.with_for_update())
    is_brought = sa.exists().where(media_bringer.c.sha256 == media.c.sha256)
    wanted = sa.select(media).where(media.c.sha256.in_(hashes), _is_unused(), ~is_brought)
    unused = tuple(_media_of(row) for row in await tx.execute(wanted))
    gone = tuple(row.sha256 for row in unused)
    await tx.execute(media_text.delete().where(media_text.c.sha256.in_(gone)))
    await tx.execute(media.delete().where(media.c.sha256.in_(gone)))
    return unused


async def count_unused(tx: Tx) -> Unused:
    """Count the files that nothing uses yet or any more; what it costs grows with the term and no further."""
    brought = sa.select(media_bringer.c.sha256).distinct().subquery()
    wanted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(media.c.size), 0)).select_from(
        sa.join(brought, media, media.c.sha256 == brought.c.sha256)
    )
    files, size = (await tx.execute(wanted.where(_is_unused()))).one()
    return Unused(int(files), int(size))


def _is_unused() -> sa.ColumnElement[bool]:
    return ~sa.exists().where(media_use.c.sha256 == media.c.sha256)


def _media_of(row: sa.Row[Any]) -> MediaRow:
    return MediaRow(
        row.sha256, row.mime, row.size, row.width, row.height, cast("Makers | None", row.makers)
    )  # fmt: skip
