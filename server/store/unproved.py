"""Deliveries that a person makes and whose proof is still to be filed."""

from typing import Final

import sqlalchemy as sa

from server.store.tables import delivery, item
from server.store.tx import Tx

GATE: Final = "evidence"


async def list_unproved(tx: Tx, org_ids: frozenset[str], limit: int) -> tuple[str, ...]:
    """Give the ids of some organs' deliveries that wait for their proof, longest waiting first."""
    wanted = (
        sa.select(delivery.c.id)
        .join(item, item.c.id == delivery.c.item_id)
        .where(delivery.c.state == "waiting", delivery.c.gate == GATE, item.c.org_id.in_(org_ids))
        .order_by(delivery.c.changed_at, delivery.c.id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())
