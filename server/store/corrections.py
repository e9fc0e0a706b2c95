"""Corrections and replacements, as pages and feeds tell of them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.correction_tables import correction, replacement
from server.store.rows import upsert
from server.store.tables import release
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Correction:
    """The newest major release after the first: when it was decided, and what readers are told of it."""

    at: datetime
    note: str


async def insert_correction(tx: Tx, release_id: str, note: str) -> None:
    """Write what readers are told of a release."""
    await tx.execute(correction.insert().values(release_id=release_id, note=note))


async def list_corrections(tx: Tx, release_ids: frozenset[str]) -> dict[str, Correction]:
    """Give, for each release that has one, the newest major correction up to it: a minor one is silent."""
    own, major = release.alias("own"), release.alias("major")
    newest = (
        sa.select(own.c.id, sa.func.max(major.c.number).label("number"))
        .join(major, sa.and_(major.c.item_id == own.c.item_id, major.c.number <= own.c.number))
        .where(own.c.id.in_(release_ids), major.c.change == "major", major.c.number > 1)
        .group_by(own.c.id)
        .subquery()
    )
    wanted = (
        sa.select(newest.c.id, major.c.created_at, sa.func.coalesce(correction.c.note, "").label("note"))
        .select_from(newest)
        .join(own, own.c.id == newest.c.id)
        .join(major, sa.and_(major.c.item_id == own.c.item_id, major.c.number == newest.c.number))
        .outerjoin(correction, correction.c.release_id == major.c.id)
    )
    return {row.id: Correction(row.created_at, row.note) for row in await tx.execute(wanted)}


async def hold_replacements(tx: Tx) -> None:
    """Let nobody else let one item take another's place until the transaction ends; readers go on."""
    if tx.dialect.name == "postgresql":  # SQLite has one writer
        await tx.execute(sa.text("LOCK TABLE replacements IN SHARE ROW EXCLUSIVE MODE"))


async def put_replacement(tx: Tx, item_id: str, by_id: str, *, by: str, at: datetime) -> None:
    """Let an item take another's place, also after a third one did."""
    values = {"by_id": by_id, "created_by": by, "created_at": at}
    await tx.execute(
        upsert(tx, replacement)
        .values(item_id=item_id, **values)
        .on_conflict_do_update(index_elements=["item_id"], set_=values)
    )


async def delete_replacement(tx: Tx, item_id: str) -> None:
    """Let an item stand for itself again."""
    await tx.execute(replacement.delete().where(replacement.c.item_id == item_id))


async def find_successor(tx: Tx, item_id: str) -> str | None:
    """Give the item that took another's place."""
    wanted = sa.select(replacement.c.by_id).where(replacement.c.item_id == item_id)
    found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found


async def list_predecessors(tx: Tx, item_id: str) -> tuple[str, ...]:
    """Give the items whose place an item took, by id."""
    wanted = sa.select(replacement.c.item_id).where(replacement.c.by_id == item_id)
    return tuple((await tx.execute(wanted.order_by(replacement.c.item_id))).scalars())
