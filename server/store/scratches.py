"""Unsaved texts: what a person is writing, kept for him alone until he saves or throws it away."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.review_tables import scratch
from server.store.rows import upsert
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Scratch:
    """One text as last kept; `serial` grows with each keeping, so that an older page overwrites nothing."""

    slot: str
    item_id: str | None
    base: int | None  # the number of the version it began with
    serial: int
    fields: Mapping[str, Any]
    saved_at: datetime


async def put_scratch(
    tx: Tx, person_id: str, slot: str, item_id: str | None, base: int | None, fields: Mapping[str, Any],
    *, after: int, at: datetime,
) -> bool:  # fmt: skip
    """Keep a text if nothing newer than `after` was kept in its slot; says whether it was kept."""
    row = {
        "person_id": person_id, "slot": slot, "item_id": item_id, "base": base, "serial": after + 1,
        # As one text: what people paste may hold signs that a JSON column of PostgreSQL refuses.
        "fields": {"json": json.dumps(dict(fields))}, "saved_at": at,
    }  # fmt: skip
    written = upsert(tx, scratch).values(row)
    written = written.on_conflict_do_update(
        index_elements=["person_id", "slot"],
        set_={name: written.excluded[name] for name in ("item_id", "base", "serial", "fields", "saved_at")},
        where=scratch.c.serial == after,
    )
    return bool((await tx.execute(written)).rowcount == 1)


async def find_scratch(tx: Tx, person_id: str, slot: str) -> Scratch | None:
    """Give what a person keeps in a slot."""
    wanted = sa.select(scratch).where(scratch.c.person_id == person_id, scratch.c.slot == slot)
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else _scratch_of(row)


async def list_scratches(tx: Tx, person_id: str, *, limit: int) -> tuple[Scratch, ...]:
    """Give what a person keeps, newest first."""
    wanted = sa.select(scratch).where(scratch.c.person_id == person_id)
    rows = await tx.execute(wanted.order_by(scratch.c.saved_at.desc(), scratch.c.slot).limit(limit))
    return tuple(_scratch_of(row) for row in rows)


async def list_slots(tx: Tx, person_id: str, *, limit: int) -> Mapping[str, int]:
    """Give the slots in which a person keeps something, with their serials and without the texts."""
    wanted = sa.select(scratch.c.slot, scratch.c.serial).where(scratch.c.person_id == person_id)
    return {row.slot: row.serial for row in await tx.execute(wanted.limit(limit))}


async def list_new_scratches(tx: Tx, person_id: str, *, limit: int) -> tuple[Scratch, ...]:
    """Give what a person keeps of texts that are no items yet, newest first."""
    wanted = sa.select(scratch).where(scratch.c.person_id == person_id, scratch.c.item_id.is_(None))
    rows = await tx.execute(wanted.order_by(scratch.c.saved_at.desc(), scratch.c.slot).limit(limit))
    return tuple(_scratch_of(row) for row in rows)


async def delete_scratch(tx: Tx, person_id: str, slot: str) -> None:
    """Throw a text away."""
    await tx.execute(scratch.delete().where(scratch.c.person_id == person_id, scratch.c.slot == slot))


async def delete_old_scratches(tx: Tx, *, before: datetime) -> int:
    """Throw away what nobody has touched since a moment; gives how many."""
    return (await tx.execute(scratch.delete().where(scratch.c.saved_at < before))).rowcount


def _scratch_of(row: sa.Row[Any]) -> Scratch:
    return Scratch(row.slot, row.item_id, row.base, row.serial, json.loads(row.fields["json"]), row.saved_at)
