"""What the checks last said of live items, and which of them a list that has grown was never held against."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.review_tables import archive_check
from server.store.rows import upsert
from server.store.tables import delivery, item, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """What the checks said of one live content by the list as it stood at `serial`."""

    item_id: str
    content_hash: str
    serial: int
    blocking: int
    words: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A live item with something in it that blocks."""

    item_id: str
    org_id: str
    title: str
    blocking: int
    words: str


async def list_unchecked(tx: Tx, serial: int, *, limit: int) -> tuple[tuple[str, str], ...]:
    """Give live items (with the revision readers see) not yet held against the list of this serial."""
    wanted = (
        sa.select(release.c.item_id, release.c.revision_id)
        .join(delivery, delivery.c.release_id == release.c.id)
        .join(revision, revision.c.id == release.c.revision_id)
        .outerjoin(
            archive_check,
            sa.and_(
                archive_check.c.item_id == release.c.item_id,
                archive_check.c.content_hash == revision.c.content_hash,
                archive_check.c.serial >= serial,
            ),
        )
        .where(
            release.c.state == "live",
            delivery.c.channel == "website",
            delivery.c.state == "live",
            archive_check.c.item_id.is_(None),
        )
        .distinct()
        .order_by(release.c.item_id)
        .limit(limit)
    )
    return tuple((row.item_id, row.revision_id) for row in await tx.execute(wanted))


async def put_archive_check(tx: Tx, one: ArchiveCheck, *, at: datetime) -> None:
    """Write what the checks said of an item."""
    row = {
        "item_id": one.item_id, "content_hash": one.content_hash, "serial": one.serial,
        "blocking": one.blocking, "words": one.words, "checked_at": at,
    }  # fmt: skip
    written = upsert(tx, archive_check).values(row)
    names = ("content_hash", "serial", "blocking", "words", "checked_at")
    await tx.execute(
        written.on_conflict_do_update(
            index_elements=["item_id"], set_={name: written.excluded[name] for name in names}
        )
    )


async def forget_archive_check(tx: Tx, item_id: str) -> None:
    """Let an item be checked again: somebody answers for its findings now."""
    await tx.execute(archive_check.delete().where(archive_check.c.item_id == item_id))


async def list_flagged(tx: Tx, *, limit: int) -> tuple[Flagged, ...]:
    """Give the live items with something in them that blocks, as last checked."""
    wanted = (
        sa.select(archive_check, item.c.org_id, revision.c.title)
        .join(item, item.c.id == archive_check.c.item_id)
        .join(release, sa.and_(release.c.item_id == item.c.id, release.c.state == "live"))
        .join(
            revision,
            sa.and_(
                revision.c.id == release.c.revision_id,
                revision.c.content_hash == archive_check.c.content_hash,
            ),
        )
        .where(archive_check.c.blocking > 0)
        .order_by(archive_check.c.item_id)
        .limit(limit)
    )
    return tuple(
        Flagged(row.item_id, row.org_id, row.title, row.blocking, row.words)
        for row in await tx.execute(wanted)
    )
