"""What a person must see of a delivery to decide about it: its attempts, its looks, and which wait."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from server.store.tables import attempt, delivery, item, look
from server.store.tx import Tx

STOPPED: Final = ("needs_person", "refused", "blocked")
"""What was not sent, or nobody knows whether it was."""

WAIT_FOR_PEOPLE: Final = (*STOPPED, "withdraw_by_hand")


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """One try: what came of it, None while it is open."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class LookSeen:
    """One look at the platform, a machine's or a person's."""

    looked_at: datetime
    sighting: str
    reason: str | None


async def list_attempts_seen(tx: Tx, delivery_id: str) -> tuple[AttemptSeen, ...]:
    """Give the attempts of a delivery, first to last."""
    columns = (
        attempt.c.number,
        attempt.c.opened_at,
        attempt.c.closed_at,
        attempt.c.outcome,
        attempt.c.reason,
    )
    wanted = sa.select(*columns).where(attempt.c.delivery_id == delivery_id).order_by(attempt.c.number)
    return tuple(AttemptSeen(*row) for row in await tx.execute(wanted))


async def list_looks(tx: Tx, delivery_id: str, limit: int) -> tuple[LookSeen, ...]:
    """Give the newest looks at a delivery, newest first."""
    wanted = sa.select(look.c.looked_at, look.c.sighting, look.c.reason)
    wanted = wanted.where(look.c.delivery_id == delivery_id).order_by(
        look.c.looked_at.desc(), look.c.id.desc()
    )
    return tuple(LookSeen(*row) for row in await tx.execute(wanted.limit(limit)))


async def list_waiting_for_people(
    tx: Tx, org_ids: frozenset[str], limit: int, states: tuple[str, ...] = WAIT_FOR_PEOPLE
) -> tuple[str, ...]:
    """Give the ids of deliveries of some organs' items that no machine takes further, longest there first."""
    wanted = (
        sa.select(delivery.c.id)
        .join(item, item.c.id == delivery.c.item_id)
        .where(delivery.c.state.in_(states), item.c.org_id.in_(org_ids))
        .order_by(delivery.c.changed_at, delivery.c.id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())
