"""What a platform tells us on its own: heard once, and what it is about is looked at now."""

from datetime import datetime, timedelta
from hashlib import sha256

from server.store.reader_tables import heard_push
from server.store.rows import upsert
from server.store.tables import delivery
from server.store.tx import Tx

KEPT = timedelta(days=2)
"""A platform repeats within seconds; the rest is for a repeat that somebody else recorded."""


async def note_push(tx: Tx, account_id: str, key: str, *, at: datetime) -> bool:
    """Note a push; say whether it is new. Two transactions with the same one: only one is told so."""
    await tx.execute(heard_push.delete().where(heard_push.c.heard_at < at - KEPT))
    digest = sha256(f"{account_id} {key}".encode()).hexdigest()  # the key names a reader
    row = {"digest": digest, "account_id": account_id, "heard_at": at}
    done = await tx.execute(upsert(tx, heard_push).values(row).on_conflict_do_nothing())
    return done.rowcount == 1


async def look_now(tx: Tx, account_id: str, platform_id: str, *, at: datetime) -> tuple[str, ...]:
    """Let the accepted deliveries of a platform's job be looked at now; give their ids."""
    moved = await tx.execute(
        delivery.update()
        .where(
            delivery.c.account_id == account_id,
            delivery.c.platform_id == platform_id,
            delivery.c.state == "accepted",
        )
        .values(due_at=at)
        .returning(delivery.c.id)
    )
    return tuple(moved.scalars())


async def look_for_persons(tx: Tx, account_id: str, *, at: datetime) -> tuple[str, ...]:
    """Let what waits at an account for a person be looked at now: he may have published it; give the ids."""
    moved = await tx.execute(
        delivery.update()
        .where(
            delivery.c.account_id == account_id,
            delivery.c.state == "accepted",
            delivery.c.who_acts == "owner",
        )
        .values(due_at=at)
        .returning(delivery.c.id)
    )
    return tuple(moved.scalars())
