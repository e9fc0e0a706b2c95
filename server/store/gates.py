"""What gates are decided by and written with, many releases at a time: windows, embargoes, urgency, moves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.clock_tables import embargo, late_mark, urgency
from server.store.rows import rows_given, upsert
from server.store.tables import account, delivery, item, release
from server.store.tx import Tx

UNSENT = ("waiting", "ready", "retry_wait")
_AS_READ: tuple[sa.Column[Any], ...] = (
    sa.Column("old_state", sa.String(24)),
    sa.Column("old_gate", sa.String(24)),
)


@dataclass(frozen=True, slots=True)
class Leg:
    """An unsent delivery, as far as its gate is concerned."""

    id: str
    release_id: str
    item_id: str
    account_id: str
    channel: str
    state: str
    gate: str | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class GateMove:
    """A delivery as it was read, and the gate it waits at from now on, or None.

    `since` is its place in the order of sending.
    """

    leg: Leg
    gate: str | None
    due_at: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class LateMark:
    """A delivery that could go only so long after its time."""

    delivery_id: str
    item_id: str
    account: str
    due_at: datetime
    opened_at: datetime


async def list_unsent_legs(tx: Tx, release_ids: frozenset[str]) -> tuple[Leg, ...]:
    """Give the unsent deliveries of some releases, by id; PostgreSQL locks them until the end.

    Whoever asks the rule reads its facts behind this lock, so of two who changed a fact at the same time the
    second sees both changes, and no answer of the first outlives them.
    """
    wanted = sa.select(delivery).where(delivery.c.release_id.in_(release_ids), delivery.c.state.in_(UNSENT))
    wanted = wanted.order_by(delivery.c.id)
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update(of=delivery)
    return tuple(_leg_of(row) for row in await tx.execute(wanted))


async def list_live_releases(tx: Tx, release_ids: frozenset[str]) -> frozenset[str]:
    """Give those of the releases whose page is live."""
    wanted = sa.select(delivery.c.release_id).where(
        delivery.c.release_id.in_(release_ids), delivery.c.channel == "website", delivery.c.state == "live"
    )
    return frozenset((await tx.execute(wanted)).scalars())


async def list_windows(tx: Tx, account_ids: frozenset[str] | None = None) -> dict[str, str]:
    """Give the windows of accounts that have one, as text by account id; of some accounts, or of all."""
    wanted = sa.select(account.c.id, account.c.settings)
    if account_ids is not None:
        wanted = wanted.where(account.c.id.in_(account_ids))
    rows = await tx.execute(wanted)
    return {row.id: row.settings["window"] for row in rows if row.settings.get("window")}


async def set_window(tx: Tx, account_id: str, window: str | None) -> None:
    """Give an account a window, or take it away."""
    wanted = sa.select(account.c.settings).where(account.c.id == account_id)
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update()
    settings = {**(await tx.execute(wanted)).scalar_one()}
    settings.pop("window", None)
    if window is not None:
        settings["window"] = window
    await tx.execute(account.update().where(account.c.id == account_id).values(settings=settings))


async def list_sendable_releases(tx: Tx, account_ids: frozenset[str], limit: int) -> tuple[str, ...]:
    """Give the releases that have something to send on the accounts now, by the backlog's index."""
    wanted = (
        sa.select(delivery.c.release_id)
        .where(delivery.c.account_id.in_(account_ids), sa.text("state IN ('ready', 'retry_wait')"))
        .distinct()
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def list_account_releases(tx: Tx, account_id: str, gate: str, limit: int) -> tuple[str, ...]:
    """Give the releases that wait at a gate on an account, by their index."""
    wanted = (
        sa.select(delivery.c.release_id)
        .where(delivery.c.account_id == account_id, delivery.c.gate == gate, sa.text("state = 'waiting'"))
        .distinct()
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def list_due_releases(tx: Tx, *, at: datetime, limit: int) -> tuple[str, ...]:
    """Give the releases with a delivery whose time or slot has come, earliest first."""
    first = sa.func.min(delivery.c.due_at)
    wanted = (
        sa.select(delivery.c.release_id)
        .where(delivery.c.state == "waiting", delivery.c.gate.in_(("time", "slot")), delivery.c.due_at <= at)
        .group_by(delivery.c.release_id)
        .order_by(first, delivery.c.release_id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def move_gates(tx: Tx, moves: Iterable[GateMove]) -> frozenset[str]:
    """Let deliveries wait at other gates, or at none; give the ids of those that still stood as read."""
    rows = [
        {
            "id": one.leg.id,
            "state": "waiting" if one.gate else "ready",
            "gate": one.gate,
            "due_at": one.due_at,
            "changed_at": one.since,
            "old_state": one.leg.state,
            "old_gate": one.leg.gate or "",
        }
        for one in moves
    ]
    if not rows:
        return frozenset()
    columns = (delivery.c.id, delivery.c.state, delivery.c.gate, delivery.c.due_at, delivery.c.changed_at)
    given = rows_given(tx, (*columns, *_AS_READ), rows)
    moved = await tx.execute(
        delivery.update()
        .where(
            delivery.c.id == given.c.id,
            delivery.c.state == given.c.old_state,
            sa.func.coalesce(delivery.c.gate, "") == given.c.old_gate,
        )
        .values(state=given.c.state, gate=given.c.gate, due_at=given.c.due_at, changed_at=given.c.changed_at)
        .returning(delivery.c.id)
    )
    return frozenset(moved.scalars())


async def insert_late_marks(tx: Tx, marks: Iterable[tuple[str, datetime]], *, at: datetime) -> None:
    """Write down which deliveries opened late, with the moment they were due; each moment once."""
    rows = [{"delivery_id": key, "due_at": due, "opened_at": at} for key, due in marks]
    if rows:
        statement = upsert(tx, late_mark).on_conflict_do_nothing(index_elements=["delivery_id", "due_at"])
        await tx.execute(statement, rows)


async def list_late_marks(tx: Tx, org_ids: frozenset[str], limit: int) -> tuple[LateMark, ...]:
    """Give what opened late at some organs, newest first."""
    wanted = (
        sa.select(late_mark, delivery.c.item_id, account.c.slug)
        .join(delivery, delivery.c.id == late_mark.c.delivery_id)
        .join(item, item.c.id == delivery.c.item_id)
        .join(account, account.c.id == delivery.c.account_id)
        .where(item.c.org_id.in_(org_ids))
        .order_by(late_mark.c.opened_at.desc(), late_mark.c.delivery_id)
        .limit(limit)
    )
    return tuple(
        LateMark(row.delivery_id, row.item_id, row.slug, row.due_at, row.opened_at)
        for row in await tx.execute(wanted)
    )


async def put_embargo(
    tx: Tx, item_id: str, until: datetime | None, reason: str, *, by: str, at: datetime
) -> None:
    """Let nothing of an item out before a moment; None lifts it."""
    if until is None:
        await tx.execute(embargo.delete().where(embargo.c.item_id == item_id))
        return
    told = {"until": until, "reason": reason, "set_by": by, "set_at": at}
    await tx.execute(
        upsert(tx, embargo)
        .values(item_id=item_id, **told)
        .on_conflict_do_update(index_elements=["item_id"], set_=told)
    )


async def list_embargoes(tx: Tx, item_ids: frozenset[str]) -> dict[str, datetime]:
    """Give until when items may not go out, for those that have an embargo."""
    rows = await tx.execute(sa.select(embargo).where(embargo.c.item_id.in_(item_ids)))
    return {row.item_id: row.until for row in rows}


async def insert_urgency(tx: Tx, release_id: str, reason: str, *, by: str, at: datetime) -> None:
    """Mark a release as urgent; the first mark stays."""
    statement = upsert(tx, urgency).values(release_id=release_id, reason=reason, marked_by=by, marked_at=at)
    await tx.execute(statement.on_conflict_do_nothing(index_elements=["release_id"]))


async def list_urgent(tx: Tx, release_ids: frozenset[str]) -> dict[str, str]:
    """Give the reasons of those of the releases that are urgent."""
    rows = await tx.execute(sa.select(urgency).where(urgency.c.release_id.in_(release_ids)))
    return {row.release_id: row.reason for row in rows}


async def find_planned_release(tx: Tx, item_id: str) -> str | None:
    """Give the newest release of an item that has something unsent."""
    wanted = (
        sa.select(release.c.id)
        .join(delivery, delivery.c.release_id == release.c.id)
        .where(
            release.c.item_id == item_id,
            release.c.state.in_(("planned", "live")),
            delivery.c.state.in_(UNSENT),
        )
        .order_by(release.c.number.desc())
        .limit(1)
    )
    return (await tx.execute(wanted)).scalar_one_or_none()


def _leg_of(row: sa.Row[Any]) -> Leg:
    return Leg(
        id=row.id,
        release_id=row.release_id,
        item_id=row.item_id,
        account_id=row.account_id,
        channel=row.channel,
        state=row.state,
        gate=row.gate,
        due_at=row.due_at,
    )
