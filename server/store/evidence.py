"""Evidence: the proof a person files for a delivery that no platform confirms."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.rows import Taken, upsert
from server.store.tables import delivery, evidence
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where, when and by whom it was shown; `picture` is the hash of a stored photograph."""

    place: str
    shown_at: datetime
    shown_by: str
    picture: str | None
    note: str | None


async def insert_evidence(
    tx: Tx, delivery_id: str, proof: Evidence, *, id: str, by: str, at: datetime
) -> None:
    """Write the proof; raises Taken when the delivery has one."""
    statement = (
        upsert(tx, evidence)
        .values(
            id=id,
            delivery_id=delivery_id,
            place=proof.place,
            shown_at=proof.shown_at,
            shown_by=proof.shown_by,
            picture=proof.picture,
            note=proof.note,
            recorded_by=by,
            recorded_at=at,
        )
        .on_conflict_do_nothing(index_elements=["delivery_id"])
    )
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("evidence", delivery_id)


async def find_evidence(tx: Tx, delivery_id: str) -> Evidence | None:
    """Give the proof of a delivery."""
    row = (await tx.execute(sa.select(evidence).where(evidence.c.delivery_id == delivery_id))).one_or_none()
    if row is None:
        return None
    return Evidence(row.place, row.shown_at, row.shown_by, row.picture, row.note)


async def find_last_place(tx: Tx, account_id: str) -> str | None:
    """Give where an account showed something last, by the index of when it did."""
    wanted = (
        sa.select(evidence.c.place)
        .join(delivery, delivery.c.id == evidence.c.delivery_id)
        .where(delivery.c.account_id == account_id, delivery.c.live_at.is_not(None))
        .order_by(delivery.c.live_at.desc())
        .limit(1)
    )
    return (await tx.execute(wanted)).scalar_one_or_none()
