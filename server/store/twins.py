"""Twins: which two items are the same in two languages."""

from datetime import datetime

import sqlalchemy as sa

from server.store.reading_tables import twin
from server.store.tx import Tx


async def find_twin(tx: Tx, item_id: str) -> str | None:
    """Give the item that is the same in the other language."""
    found: str | None = (
        await tx.execute(sa.select(twin.c.other_id).where(twin.c.item_id == item_id))
    ).scalar_one_or_none()
    return found


async def list_twins(tx: Tx, item_ids: frozenset[str]) -> dict[str, str]:
    """Give the twins of those of the items that have one."""
    rows = await tx.execute(sa.select(twin).where(twin.c.item_id.in_(item_ids)))
    return {row.item_id: row.other_id for row in rows}


async def part_twins(tx: Tx, item_id: str) -> None:
    """Forget that an item has a twin."""
    await tx.execute(twin.delete().where(sa.or_(twin.c.item_id == item_id, twin.c.other_id == item_id)))


async def pair_twins(tx: Tx, one: str, other: str, *, at: datetime) -> None:
    """Note that two items are twins; neither may have another."""
    rows = [{"item_id": one, "other_id": other}, {"item_id": other, "other_id": one}]
    await tx.execute(twin.insert(), [{**row, "paired_at": at} for row in rows])
