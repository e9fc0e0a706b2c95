"""公示期: until when a notice is shown in full, what becomes of it then, and that it has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.clock_tables import notice_end
from server.store.rows import upsert
from server.store.tables import delivery, item, revision
from server.store.tx import Tx

Then = Literal["keep", "remove"]
"""What becomes of the text: it stays with a mark, or title and elements alone stay."""


@dataclass(frozen=True, slots=True)
class NoticeEnd:
    """The end of one item's notice; `ended_at` once it has come."""

    item_id: str
    ends_at: datetime
    then: Then
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """An end with what a person knows the item by."""

    end: NoticeEnd
    org_id: str
    title: str


async def put_notice_end(
    tx: Tx, item_id: str, ends_at: datetime, then: Then, *, by: str, at: datetime
) -> None:
    """Set the end of a notice, or another one: it is shown in full again until then."""
    told = {"ends_at": ends_at, "becomes": then, "set_by": by, "set_at": at, "ended_at": None}
    await tx.execute(
        upsert(tx, notice_end)
        .values(item_id=item_id, **told)
        .on_conflict_do_update(index_elements=["item_id"], set_=told)
    )


async def find_notice_end(tx: Tx, item_id: str) -> NoticeEnd | None:
    """Give the end of an item's notice."""
    return (await list_notice_ends(tx, (item_id,))).get(item_id)


async def list_notice_ends(tx: Tx, item_ids: Iterable[str]) -> dict[str, NoticeEnd]:
    """Give the ends of some items' notices, by item."""
    wanted = sa.select(notice_end).where(notice_end.c.item_id.in_(frozenset(item_ids)))
    return {row.item_id: _end_of(row) for row in await tx.execute(wanted)}


async def list_ending(tx: Tx, *, at: datetime, limit: int) -> tuple[str, ...]:
    """Give the items whose notice has run out and was not ended yet, earliest first."""
    wanted = (
        sa.select(notice_end.c.item_id)
        .where(notice_end.c.ended_at.is_(None), notice_end.c.ends_at <= at)
        .order_by(notice_end.c.ends_at, notice_end.c.item_id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def set_notice_ended(tx: Tx, item_id: str, *, at: datetime) -> bool:
    """Write that a notice has ended; says whether it had not yet, and its time has come."""
    moved = await tx.execute(
        notice_end.update()
        .where(
            notice_end.c.item_id == item_id, notice_end.c.ended_at.is_(None), notice_end.c.ends_at <= at
        )
        .values(ended_at=at)
    )  # fmt: skip
    return moved.rowcount == 1


async def list_still_shown(tx: Tx, *, since: datetime, limit: int) -> tuple[str, ...]:
    """Give the items that were taken off after a moment and stand on a platform all the same.

    Their posts were under way when the notice ended.
    """
    wanted = (
        sa.select(notice_end.c.item_id)
        .join(delivery, delivery.c.item_id == notice_end.c.item_id)
        .where(
            notice_end.c.becomes == "remove",
            notice_end.c.ended_at >= since,
            delivery.c.channel.not_in(("website", "feed")),
            delivery.c.state.in_(("live", "accepted")),
        )
        .distinct()
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def list_notices_ending(
    tx: Tx, org_ids: frozenset[str], start: datetime, end: datetime, *, limit: int
) -> tuple[NoticeSeen, ...]:
    """Give the live notices that end within a period (the end not included), earliest first."""
    live = sa.exists().where(delivery.c.item_id == notice_end.c.item_id, delivery.c.state == "live")
    newest = (
        sa.select(revision.c.title)
        .where(revision.c.item_id == notice_end.c.item_id)
        .order_by(revision.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        sa.select(notice_end, item.c.org_id, newest.label("title"))
        .join(item, item.c.id == notice_end.c.item_id)
        .where(
            notice_end.c.ends_at >= start, notice_end.c.ends_at < end, item.c.org_id.in_(org_ids), live
        )
        .order_by(notice_end.c.ends_at, notice_end.c.item_id)
        .limit(limit)
    )  # fmt: skip
    return tuple(NoticeSeen(_end_of(row), row.org_id, row.title) for row in await tx.execute(wanted))


def _end_of(row: sa.Row[Any]) -> NoticeEnd:
    return NoticeEnd(row.item_id, row.ends_at, row.becomes, row.ended_at)
