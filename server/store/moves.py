"""Moved addresses: where an address that is no page leads now."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.reading_tables import moved_address
from server.store.rows import upsert
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Move:
    """An address of this site, path and query, and where it leads."""

    address: str
    target: str


async def find_move(tx: Tx, addresses: tuple[str, ...]) -> Move | None:
    """Give the first of these addresses that has moved."""
    rows = await tx.execute(sa.select(moved_address).where(moved_address.c.address.in_(addresses)))
    moves = {row.address: Move(row.address, row.target) for row in rows}
    return next((moves[address] for address in addresses if address in moves), None)


async def put_move(tx: Tx, move: Move, *, at: datetime) -> None:
    """Note where an address leads, in place of what was noted; what led to it leads on at once."""
    told = {"target": move.target, "noted_at": at}
    await tx.execute(
        upsert(tx, moved_address)
        .values(address=move.address, **told)
        .on_conflict_do_update(index_elements=["address"], set_=told)
    )
    await tx.execute(
        moved_address.update()
        .where(moved_address.c.target == move.address)
        .values(target=move.target, noted_at=at)
    )


async def drop_move(tx: Tx, address: str) -> bool:
    """Forget an address; say whether it was known."""
    gone = await tx.execute(moved_address.delete().where(moved_address.c.address == address))
    return gone.rowcount > 0


async def list_moves(tx: Tx, after: str, limit: int) -> tuple[Move, ...]:
    """Give moved addresses behind `after`, in their order."""
    wanted = sa.select(moved_address).where(moved_address.c.address > after)
    rows = await tx.execute(wanted.order_by(moved_address.c.address).limit(limit))
    return tuple(Move(row.address, row.target) for row in rows)
