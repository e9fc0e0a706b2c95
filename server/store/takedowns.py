"""Takedowns: until when posts must be gone, which still stand, and what a person filed as his proof."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.store.practice import shown_title
from server.store.rows import in_turn, upsert
from server.store.tables import account, delivery, item, person, release, revision
from server.store.takedown_tables import takedown
from server.store.tx import Tx

COMING_DOWN: Final = ("withdrawing", "withdraw_by_hand")
"""The states of a delivery whose post may still be seen although it was told to come down."""


@dataclass(frozen=True, slots=True)
class TakedownSeen:
    """A post that must come down, with what a person knows it by; `state` is one of COMING_DOWN."""

    delivery_id: str
    item_id: str
    org_id: str
    title: str
    account_name: str
    state: str
    decided_at: datetime
    due_at: datetime
    reason: str | None
    is_older: bool  # a newer post of the item stands on the account; else the item was withdrawn


@dataclass(frozen=True, slots=True)
class TakenDown:
    """The word of a person that he took a post down; `picture` is the hash of a stored one."""

    at: datetime
    by: str  # his name
    proof: str
    picture: str | None


async def put_terms(
    tx: Tx,
    delivery_ids: tuple[str, ...],
    *,
    decided_at: datetime,
    due_at: datetime,
    newer_id: str | None = None,
) -> None:
    """Set until when posts must be gone; where an earlier time stands already, that one stays.

    `newer_id` is the delivery for which they go; what is withdrawn as well goes for good.
    """
    if not delivery_ids:
        return
    told = {"decided_at": decided_at, "due_at": due_at, "newer_id": newer_id}
    written = upsert(tx, takedown).values([{"delivery_id": key, **told} for key in delivery_ids])
    is_earlier = written.excluded.due_at < takedown.c.due_at
    await tx.execute(
        written.on_conflict_do_update(
            index_elements=["delivery_id"],
            set_={
                "decided_at": sa.case((is_earlier, written.excluded.decided_at), else_=takedown.c.decided_at),
                "due_at": sa.case((is_earlier, written.excluded.due_at), else_=takedown.c.due_at),
                "newer_id": written.excluded.newer_id,
            },
            where=takedown.c.done_at.is_(None),
        )
    )


async def list_going_for(tx: Tx, newer_id: str) -> tuple[str, ...]:
    """Give the deliveries that come down for a newer one and that nobody has proved gone."""
    wanted = sa.select(takedown.c.delivery_id).where(
        takedown.c.newer_id == newer_id, takedown.c.done_at.is_(None)
    )
    return tuple((await tx.execute(wanted.order_by(takedown.c.delivery_id))).scalars())


async def find_newer(tx: Tx, delivery_id: str) -> str | None:
    """Give the delivery for which another comes down; None when it does not, or was withdrawn."""
    wanted = sa.select(takedown.c.newer_id).where(takedown.c.delivery_id == delivery_id)
    return (await tx.execute(wanted)).scalar_one_or_none()


async def drop_term(tx: Tx, delivery_id: str) -> None:
    """Forget that a post was to come down: it stays."""
    await tx.execute(takedown.delete().where(takedown.c.delivery_id == delivery_id))


async def close_takedown(
    tx: Tx, delivery_id: str, proof: str, picture: str | None, *, by: str, at: datetime
) -> bool:
    """Write a person's proof; says whether there was a term that had none yet."""
    moved = await tx.execute(
        takedown.update()
        .where(takedown.c.delivery_id == delivery_id, takedown.c.done_at.is_(None))
        .values(done_at=at, done_by=by, proof=proof, picture=picture)
    )
    return moved.rowcount == 1


async def find_taken_down(tx: Tx, delivery_id: str) -> TakenDown | None:
    """Give the proof of a delivery that a person took down."""
    wanted = (
        sa.select(takedown, person.c.name)
        .join(person, person.c.id == takedown.c.done_by)
        .where(takedown.c.delivery_id == delivery_id)
    )
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else TakenDown(row.done_at, row.name, row.proof, row.picture)


async def list_takedowns(tx: Tx, *, limit: int) -> tuple[TakedownSeen, ...]:
    """Give what must come down and still stands, practice left out.

    Of all organs in turn, the first due first.
    """
    wanted = _seen().where(delivery.c.state.in_(COMING_DOWN), ~item.c.practice)
    ordered = in_turn(wanted, item.c.org_id, takedown.c.due_at, delivery.c.id, limit=limit)
    return tuple(_seen_of(row) for row in await tx.execute(ordered))


async def list_takedowns_by_hand(tx: Tx, org_ids: frozenset[str], *, limit: int) -> tuple[TakedownSeen, ...]:
    """Give what people of some organs must take down, the first due first."""
    wanted = _seen().where(delivery.c.state == "withdraw_by_hand", item.c.org_id.in_(org_ids))
    ordered = wanted.order_by(takedown.c.due_at, delivery.c.id).limit(limit)
    return tuple(_seen_of(row) for row in await tx.execute(ordered))


def _seen() -> sa.Select[Any]:
    # From the deliveries, of which few are coming down at any time, and not from the terms of all years.
    return (
        sa.select(
            delivery.c.id,
            delivery.c.item_id,
            item.c.org_id,
            shown_title(),
            account.c.name.label("account_name"),
            delivery.c.state,
            takedown.c.decided_at,
            takedown.c.due_at,
            delivery.c.reason,
            takedown.c.newer_id.is_not(None).label("is_older"),
        )
        .join(item, item.c.id == delivery.c.item_id)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(account, account.c.id == delivery.c.account_id)
        .join(takedown, takedown.c.delivery_id == delivery.c.id)
    )


def _seen_of(row: sa.Row[Any]) -> TakedownSeen:
    return TakedownSeen(
        row.id, row.item_id, row.org_id, row.title, row.account_name, row.state, row.decided_at, row.due_at,
        row.reason, row.is_older,
    )  # fmt: skip
