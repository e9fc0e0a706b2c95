"""Attempts: each try of a delivery, opened before the first byte leaves and closed with one outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.tables import attempt, delivery, look
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """尝试: `outcome` is None while it is open."""

    id: str
    delivery_id: str
    number: int
    worker: str
    opened_at: datetime
    lease_until: datetime
    outcome: str | None
    notes: Mapping[str, str]


async def close_attempt(tx: Tx, attempt_id: str, outcome: str, reason: str | None, *, at: datetime) -> bool:
    """Close an open attempt with its one outcome; say whether it was open."""
    closed = await tx.execute(
        attempt.update()
        .where(attempt.c.id == attempt_id, attempt.c.closed_at.is_(None))
        .values(closed_at=at, outcome=outcome, reason=reason)
    )
    return closed.rowcount == 1


async def close_lapsed(tx: Tx, attempt_id: str, reason: str, *, at: datetime) -> bool:
    """Close an attempt whose lease is over; say whether it was: its worker may have renewed it just now."""
    closed = await tx.execute(
        attempt.update()
        .where(attempt.c.id == attempt_id, attempt.c.closed_at.is_(None), attempt.c.lease_until <= at)
        .values(closed_at=at, outcome="unknown", reason=reason)
    )
    return closed.rowcount == 1


async def add_note(tx: Tx, attempt_id: str, step: str, value: str) -> bool:
    """Write down that a step of an attempt came true; say whether the attempt was still open."""
    wanted = sa.select(attempt.c.notes).where(attempt.c.id == attempt_id, attempt.c.closed_at.is_(None))
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update()
    notes = (await tx.execute(wanted)).scalar_one_or_none()
    if notes is None:
        return False
    await tx.execute(attempt.update().where(attempt.c.id == attempt_id).values(notes={**notes, step: value}))
    return True


async def renew_leases(tx: Tx, ids: tuple[str, ...], until: datetime) -> frozenset[str]:
    """Lengthen the leases of open attempts; give the ids of those that were still held."""
    renewed = await tx.execute(
        attempt.update()
        .where(attempt.c.id.in_(ids), attempt.c.closed_at.is_(None))
        .values(lease_until=until)
        .returning(attempt.c.id)
    )
    return frozenset(renewed.scalars())


async def list_lapsed(tx: Tx, *, at: datetime, limit: int) -> tuple[AttemptRow, ...]:
    """Give open attempts whose lease has run out, oldest first."""
    wanted = (
        sa.select(attempt)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(attempt.c.closed_at.is_(None), attempt.c.lease_until <= at)
        .order_by(attempt.c.lease_until)
        .limit(limit)
    )
    return tuple(_attempt_of(row) for row in await tx.execute(wanted))


async def list_attempts(tx: Tx, delivery_id: str) -> tuple[AttemptRow, ...]:
    """Give the attempts of a delivery, first to last."""
    wanted = sa.select(attempt).where(attempt.c.delivery_id == delivery_id).order_by(attempt.c.number)
    return tuple(_attempt_of(row) for row in await tx.execute(wanted))


async def first_opened(tx: Tx, delivery_ids: tuple[str, ...]) -> dict[str, datetime]:
    """Give when each of the deliveries was first tried."""
    if not delivery_ids:
        return {}
    wanted = sa.select(attempt.c.delivery_id, attempt.c.opened_at).where(
        attempt.c.delivery_id.in_(delivery_ids), attempt.c.number == 1
    )
    return {row.delivery_id: row.opened_at for row in await tx.execute(wanted)}


async def insert_look(
    tx: Tx, *, id: str, delivery_id: str, sighting: str, reason: str | None, at: datetime
) -> None:
    """Record a look for the newest try of a delivery, whatever it saw (invariant 4)."""
    tried = sa.select(delivery.c.attempt_id).where(delivery.c.id == delivery_id).scalar_subquery()
    await tx.execute(
        look.insert().values(
            id=id, delivery_id=delivery_id, sighting=sighting, reason=reason, looked_at=at, attempt_id=tried
        )
    )


def _attempt_of(row: sa.Row[Any]) -> AttemptRow:
    return AttemptRow(
        id=row.id,
        delivery_id=row.delivery_id,
        number=row.number,
        worker=row.worker,
        opened_at=row.opened_at,
        lease_until=row.lease_until,
        outcome=row.outcome,
        notes=row.notes,
    )
