"""What somebody asked the hub for, until the callback has said that it meant it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.hub_tables import hub_intent
from server.store.rows import upsert
from server.store.tx import Tx

Mode = Literal["subscribe", "unsubscribe"]


@dataclass(frozen=True, slots=True)
class IntentRow:
    """A request by its key, which stands for feed and callback."""

    key: str
    mode: Mode
    topic: str
    callback: str
    host: str
    sealed: str | None
    lease_seconds: int
    asked_at: datetime
    tries: int


async def put_intent(tx: Tx, row: IntentRow) -> None:
    """Write a request down; one of the same feed and callback is replaced, for the newest counts."""
    told = {name: getattr(row, name) for name in IntentRow.__slots__} | {"due_at": row.asked_at}
    await tx.execute(
        upsert(tx, hub_intent).values(told).on_conflict_do_update(index_elements=["key"], set_=told)
    )


async def count_intents(tx: Tx, host: str) -> tuple[int, int]:
    """Say how many requests wait in all, and how many of them lead to one host."""
    mine = sa.select(sa.func.count()).where(hub_intent.c.host == host).scalar_subquery()
    whole = sa.select(sa.func.count()).select_from(hub_intent).scalar_subquery()
    row = (await tx.execute(sa.select(whole.label("whole"), mine.label("mine")))).one()
    return int(row.whole), int(row.mine)


async def has_due_intents(tx: Tx, *, at: datetime) -> bool:
    """Say whether a request waits for its verification."""
    return bool((await tx.execute(sa.select(sa.exists().where(hub_intent.c.due_at <= at)))).scalar_one())


async def claim_intents(tx: Tx, *, at: datetime, until: datetime, limit: int) -> tuple[IntentRow, ...]:
    """Take requests that are due for as long as `until`, the oldest first."""
    picked = sa.select(hub_intent.c.key).where(hub_intent.c.due_at <= at).order_by(hub_intent.c.due_at)
    taken = await tx.execute(
        hub_intent.update()
        .where(hub_intent.c.key.in_(picked.limit(limit).scalar_subquery()), hub_intent.c.due_at <= at)
        .values(due_at=until)
        .returning(hub_intent)
    )
    return tuple(_intent_of(row) for row in taken)


async def close_intent(tx: Tx, row: IntentRow) -> bool:
    """Take a request off; False when a newer one has taken its place meanwhile."""
    mine = sa.and_(hub_intent.c.key == row.key, hub_intent.c.asked_at == row.asked_at)
    return (await tx.execute(hub_intent.delete().where(mine, hub_intent.c.mode == row.mode))).rowcount == 1


async def put_off_intent(tx: Tx, row: IntentRow, *, until: datetime) -> None:
    """Ask the callback again later."""
    mine = sa.and_(hub_intent.c.key == row.key, hub_intent.c.asked_at == row.asked_at)
    await tx.execute(hub_intent.update().where(mine).values(tries=hub_intent.c.tries + 1, due_at=until))


def _intent_of(row: sa.Row[Any]) -> IntentRow:
    return IntentRow(
        row.key, row.mode, row.topic, row.callback, row.host, row.sealed, row.lease_seconds,
        row.asked_at, row.tries,
    )  # fmt: skip
