"""What the checks last said of live items, and which of them a list that has grown was never held against."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from server.store.review_tables import archive_check
from server.store.rows import in_turn, upsert
from server.store.tables import account, delivery, item, release, revision
from server.store.tx import Tx

OVERLAP: Final = timedelta(days=1)
"""So far back what went live is looked for again: clocks differ, and a commit may come late."""


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """What the checks said of one live content by the list as it stood at `serial`."""

    item_id: str
    content_hash: str
    serial: int
    blocking: int
    words: str
    live_at: datetime  # when the page of this content went live


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A live item to be held against the list: the revision that readers see, and since when."""

    item_id: str
    revision_id: str
    live_at: datetime


@dataclass(frozen=True, slots=True)
class Flagged:
    """A live item with something in it that blocks."""

    item_id: str
    org_id: str
    title: str
    blocking: int
    words: str


async def take_unchecked(tx: Tx, serial: int, *, limit: int) -> tuple[Unchecked, ...]:
    """Give live items, as readers see them, not yet held against the list of this serial.

    Two short questions, so that asking costs the same whatever is live: what was held against an older list,
    and what has gone live since the newest that was held at all. Of the former, what is live no longer is
    forgotten.
    """
    behind = sa.select(archive_check.c.item_id).where(archive_check.c.serial < serial)
    behind = behind.order_by(archive_check.c.serial, archive_check.c.item_id).limit(limit)
    ids = frozenset((await tx.execute(behind)).scalars())
    found: dict[str, Unchecked] = {}
    if ids:
        rows = await tx.execute(_live().where(release.c.item_id.in_(ids)))
        found |= {row.item_id: _unchecked_of(row) for row in rows}
        gone = ids - found.keys()
        await tx.execute(archive_check.delete().where(archive_check.c.item_id.in_(gone)))
    if len(found) < limit:
        rows = await tx.execute(await _newer(tx, limit - len(found)))
        found |= {row.item_id: _unchecked_of(row) for row in rows}
    return tuple(found[key] for key in sorted(found))


def _unchecked_of(row: sa.Row[Any]) -> Unchecked:
    return Unchecked(row.item_id, row.revision_id, row.live_at)


async def _newer(tx: Tx, limit: int) -> sa.Select[Any]:
    newest = (await tx.execute(sa.select(sa.func.max(archive_check.c.live_at)))).scalar_one()
    accounts = await tx.execute(
        sa.select(account.c.id).where(account.c.channel == "website", ~account.c.practice)
    )
    # By the index of an account's arrivals, each account by itself: a search by state finds all of them.
    wanted = _live().where(
        delivery.c.account_id.in_(accounts.scalars().all()),
        archive_check.c.item_id.is_(None),
    )
    since = datetime.min.replace(tzinfo=UTC) if newest is None else newest - OVERLAP
    wanted = wanted.where(delivery.c.live_at > since)
    return wanted.order_by(sa.func.max(delivery.c.live_at), release.c.item_id).limit(limit)


def _live() -> sa.Select[Any]:
    """Ask for live items whose page is live, beside what was said of the same content."""
    return (
        sa.select(release.c.item_id, release.c.revision_id, sa.func.max(delivery.c.live_at).label("live_at"))
        .select_from(delivery)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .outerjoin(
            archive_check,
            sa.and_(
                archive_check.c.item_id == release.c.item_id,
                archive_check.c.content_hash == revision.c.content_hash,
            ),
        )
        # The states are words that no index is made of: nearly all releases and deliveries are live.
        .where(
            release.c.state + "" == "live", delivery.c.channel == "website", delivery.c.state + "" == "live"
        )
        .group_by(release.c.item_id, release.c.revision_id)
    )


async def put_archive_check(tx: Tx, one: ArchiveCheck, *, at: datetime) -> None:
    """Write what the checks said of an item."""
    row = {
        "item_id": one.item_id, "content_hash": one.content_hash, "serial": one.serial,
        "blocking": one.blocking, "words": one.words, "live_at": one.live_at, "checked_at": at,
    }  # fmt: skip
    written = upsert(tx, archive_check).values(row)
    names = ("content_hash", "serial", "blocking", "words", "live_at", "checked_at")
    await tx.execute(
        written.on_conflict_do_update(
            index_elements=["item_id"], set_={name: written.excluded[name] for name in names}
        )
    )


async def forget_archive_check(tx: Tx, item_id: str) -> None:
    """Let an item be checked again: somebody answers for its findings now."""
    await tx.execute(archive_check.update().where(archive_check.c.item_id == item_id).values(serial=0))


async def list_flagged(tx: Tx, *, limit: int) -> tuple[Flagged, ...]:
    """Give the live items with something in them that blocks, as last checked; of all organs in turn."""
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
    )
    return tuple(
        Flagged(row.item_id, row.org_id, row.title, row.blocking, row.words)
        for row in await tx.execute(in_turn(wanted, item.c.org_id, archive_check.c.item_id, limit=limit))
    )
