"""The backlog: what may be sent now, in a fair order, and the one UPDATE that claims it.

Each account is asked by itself, so a platform that hangs with a thousand posts behind it hides nothing that
waits for another; within an account the organs take turns, so one that releases a thousand at once does not
make the others wait for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.store.rows import rows_given
from server.store.tables import account, delivery, item
from server.store.tx import Tx

WINDOW: Final = 2000
"""So many of an account's longest waiting are put in order; a longer backlog is seen as it moves up."""

# Word for word the condition of the partial index, or neither engine would use it.
_SENDABLE: Final = sa.text("deliveries.state IN ('ready', 'retry_wait')")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account with something to send, and how many of its deliveries are in flight."""

    account_id: str
    channel: str
    in_flight: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery to be claimed: the state it must still be in, its new attempt and the lease on it."""

    delivery_id: str
    state: str
    attempt_id: str
    tries: int
    lease_until: datetime


async def list_waiting_accounts(tx: Tx, *, at: datetime) -> tuple[Waiting, ...]:
    """Give the active accounts that have something to send, by id.

    PostgreSQL locks them and passes over those that another worker is claiming from at this moment: two
    claims together must not have more in flight than an account allows.
    """
    something = sa.exists().where(delivery.c.account_id == account.c.id, _SENDABLE, _is_due(at))
    wanted = (
        sa.select(account.c.id, account.c.channel)
        .where(account.c.state == "active", something)
        .order_by(account.c.id)
    )
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update(of=account, skip_locked=True, key_share=True)
    rows = (await tx.execute(wanted)).all()
    flying = await _count_sending(tx) if rows else {}
    return tuple(Waiting(row.id, row.channel, flying.get(row.id, 0)) for row in rows)


async def list_sendable(tx: Tx, account_id: str, *, at: datetime, limit: int) -> tuple[str, ...]:
    """Give the ids of what an account may send now: the organs in turn, each its longest waiting first."""
    flying = delivery.alias("flying")
    # An older release still in flight there must land first, or it could overwrite the newer one.
    free = ~sa.exists().where(
        flying.c.item_id == delivery.c.item_id,
        flying.c.account_id == delivery.c.account_id,
        flying.c.state == "sending",
    )
    longest = (
        sa.select(delivery.c.id, delivery.c.item_id, delivery.c.changed_at)
        .where(delivery.c.account_id == account_id, _SENDABLE, _is_due(at), free)
        .order_by(delivery.c.changed_at, delivery.c.id)
        .limit(WINDOW)
        .subquery("longest")
    )
    turn = sa.func.row_number().over(
        partition_by=item.c.org_id, order_by=(longest.c.changed_at, longest.c.id)
    )
    wanted = (
        sa.select(longest.c.id)
        .join(item, item.c.id == longest.c.item_id)
        .order_by(turn, longest.c.changed_at, longest.c.id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def claim_all(tx: Tx, claims: Iterable[Claim], *, at: datetime) -> frozenset[str]:
    """Move deliveries to `sending` under their attempts; give the ids of those that moved."""
    rows = [
        {
            "id": claim.delivery_id,
            "state": claim.state,
            "attempt_id": claim.attempt_id,
            "tries": claim.tries,
            "due_at": claim.lease_until,
        }
        for claim in claims
    ]
    columns = (delivery.c.id, delivery.c.state, delivery.c.attempt_id, delivery.c.tries, delivery.c.due_at)
    given = rows_given(tx, columns, rows)
    moved = await tx.execute(
        delivery.update()
        .where(delivery.c.id == given.c.id, delivery.c.state == given.c.state, _SENDABLE)
        .values(
            state="sending",
            attempt_id=given.c.attempt_id,
            tries=given.c.tries,
            due_at=given.c.due_at,
            changed_at=at,
            reason=None,
            who_acts="clock",
        )
        .returning(delivery.c.id)
    )
    return frozenset(moved.scalars())


async def _count_sending(tx: Tx) -> dict[str, int]:
    """Give how many deliveries of each account are in flight."""
    wanted = (
        sa.select(delivery.c.account_id, sa.func.count())
        .where(delivery.c.state == "sending")
        .group_by(delivery.c.account_id)
    )
    return {row[0]: row[1] for row in await tx.execute(wanted)}


def _is_due(at: datetime) -> sa.ColumnElement[Any]:
    return sa.or_(delivery.c.due_at.is_(None), delivery.c.due_at <= at)
