"""先发后审: releases that went out before their review, and the review that must follow."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.review_tables import emergency
from server.store.rows import in_turn
from server.store.tables import item, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Emergency:
    """One release before its review."""

    release_id: str
    item_id: str
    revision_id: str
    content_hash: str
    reason: str
    review_by: datetime
    released_by: str
    released_at: datetime
    decision: Literal["approved", "returned"] | None = None
    decision_reason: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EmergencySeen:
    """An open or returned one, with what a reminder says of it."""

    emergency: Emergency
    org_id: str
    title: str


async def insert_emergency(tx: Tx, one: Emergency) -> None:
    """Write the mark of a release before its review."""
    await tx.execute(
        emergency.insert().values(
            release_id=one.release_id, item_id=one.item_id, revision_id=one.revision_id,
            content_hash=one.content_hash, reason=one.reason, review_by=one.review_by,
            released_by=one.released_by, released_at=one.released_at,
        )
    )  # fmt: skip


async def find_open_emergency(tx: Tx, item_id: str) -> Emergency | None:
    """Give the newest release of an item that still waits for its review."""
    wanted = sa.select(emergency).where(emergency.c.item_id == item_id, emergency.c.reviewed_at.is_(None))
    row = (await tx.execute(wanted.order_by(emergency.c.released_at.desc()).limit(1))).one_or_none()
    return None if row is None else _emergency_of(row)


async def close_emergency(
    tx: Tx,
    release_id: str,
    decision: Literal["approved", "returned"],
    reason: str | None,
    *,
    by: str,
    at: datetime,
) -> bool:
    """Write the review of a release; says whether it still waited for one."""
    moved = await tx.execute(
        emergency.update()
        .where(emergency.c.release_id == release_id, emergency.c.reviewed_at.is_(None))
        .values(decision=decision, decision_reason=reason, reviewed_by=by, reviewed_at=at)
    )
    return moved.rowcount == 1


async def list_standing_emergencies(tx: Tx, *, limit: int) -> tuple[EmergencySeen, ...]:
    """Give what still waits for its review, and what was found wrong while readers still see it.

    Of all organs in turn, the first due first.
    """
    stands = sa.and_(emergency.c.decision == "returned", release.c.state.in_(("planned", "live")))
    wanted = _seen().where(sa.or_(_WAITS, stands))
    ordered = in_turn(wanted, item.c.org_id, emergency.c.review_by, emergency.c.release_id, limit=limit)
    return tuple(_seen_of(row) for row in await tx.execute(ordered))


async def list_unreviewed(
    tx: Tx, org_ids: frozenset[str], *, limit: int, not_by: str | None = None
) -> tuple[EmergencySeen, ...]:
    """Give what still waits for its review at some organs, the first due first.

    `not_by` leaves out what a person released himself: another one reviews it.
    """
    wanted = _seen().where(_WAITS, item.c.org_id.in_(org_ids))
    if not_by is not None:
        wanted = wanted.where(emergency.c.released_by != not_by)
    ordered = wanted.order_by(emergency.c.review_by, emergency.c.release_id).limit(limit)
    return tuple(_seen_of(row) for row in await tx.execute(ordered))


_WAITS = emergency.c.reviewed_at.is_(None)


def _seen() -> sa.Select[Any]:
    return (
        sa.select(emergency, item.c.org_id, revision.c.title)
        .join(item, item.c.id == emergency.c.item_id)
        .join(revision, revision.c.id == emergency.c.revision_id)
        .join(release, release.c.id == emergency.c.release_id)
        .where(~item.c.practice)
    )


def _seen_of(row: sa.Row[Any]) -> EmergencySeen:
    return EmergencySeen(_emergency_of(row), row.org_id, row.title)


def _emergency_of(row: sa.Row[Any]) -> Emergency:
    return Emergency(
        row.release_id, row.item_id, row.revision_id, row.content_hash, row.reason, row.review_by,
        row.released_by, row.released_at, row.decision, row.decision_reason, row.reviewed_by, row.reviewed_at,
    )  # fmt: skip
