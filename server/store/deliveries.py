"""Deliveries: one release on one account, the row that is queued, sent, proved and counted.

The table is the work queue. Every change of state is one conditional UPDATE that names the old state and,
out of `sending`, the attempt that holds the lease; nothing is read, decided upon and then written.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from server.store.broadcast_tables import push_article
from server.store.rows import NotThere
from server.store.tables import account, delivery, release
from server.store.takedown_tables import takedown
from server.store.tx import Tx
from server.store.words import APART


class LostRace(Exception):
    """A conditional UPDATE moved no row: somebody else moved it first, or the lease was lost."""

    def __init__(self, delivery_id: str, old: str, new: str) -> None:
        """Name the row and the move that did not happen."""
        super().__init__(f"{delivery_id}: {old} -> {new}")
        self.delivery_id, self.old, self.new = delivery_id, old, new


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """投递 with the names a person knows it by."""

    id: str
    release_id: str
    release_number: int
    item_id: str
    account_id: str
    account: str  # the slug
    account_name: str
    channel: str
    counted_as: str
    state: str
    gate: str | None
    due_at: datetime | None
    attempt_id: str | None
    reason: str | None
    who_acts: str | None
    platform_id: str | None
    link: str | None
    live_at: datetime | None
    tries: int
    looks: int
    changed_at: datetime
    push_place: int | None = None  # of the articles that wait for its push, 1 is the first
    take_down_by: datetime | None = None  # until when a person must have taken it down


async def move(
    tx: Tx,
    delivery_id: str,
    old: str,
    new: str,
    *,
    at: datetime,
    under: str | None = None,
    at_gate: str | None = None,
    **changes: Any,
) -> None:
    """Move one delivery; raises LostRace when it is not in `old`, at its gate, `under` its attempt."""
    wanted = delivery.update().where(delivery.c.id == delivery_id, delivery.c.state == old)
    if old == "sending":
        wanted = wanted.where(delivery.c.attempt_id == under)
    if old == "waiting":
        wanted = wanted.where(delivery.c.gate == at_gate)
    if new != "waiting":
        changes.setdefault("gate", None)
    moved = await tx.execute(wanted.values(state=new, changed_at=at, **changes))
    if moved.rowcount != 1:
        raise LostRace(delivery_id, old, new)


async def move_all(
    tx: Tx, ids: tuple[str, ...], old: tuple[str, ...], new: str, *, at: datetime, **changes: Any
) -> tuple[str, ...]:
    """Move those of the deliveries that stand in one of `old`; say which moved."""
    if new != "waiting":
        changes.setdefault("gate", None)
    moved = await tx.execute(
        delivery.update()
        .where(delivery.c.id.in_(ids), delivery.c.state.in_(old))
        .values(state=new, changed_at=at, **changes)
        .returning(delivery.c.id)
    )
    return tuple(moved.scalars())


async def put_off(
    tx: Tx, delivery_id: str, state: str, until: datetime | None, *, looks: int | None = None
) -> None:
    """Set when a delivery in `state` is looked at next, None for never; nothing happens when it moved on."""
    values: dict[str, Any] = {"due_at": until}
    if looks is not None:
        values["looks"] = looks
    await tx.execute(
        delivery.update().where(delivery.c.id == delivery_id, delivery.c.state == state).values(**values)
    )


async def find_delivery(tx: Tx, delivery_id: str) -> DeliverySeen | None:
    """Give one delivery."""
    row = (await tx.execute(_select().where(delivery.c.id == delivery_id))).one_or_none()
    return None if row is None else _delivery_of(row)


async def get_delivery(tx: Tx, delivery_id: str) -> DeliverySeen:
    """Give one delivery; raises NotThere."""
    seen = await find_delivery(tx, delivery_id)
    if seen is None:
        raise NotThere("delivery", delivery_id)
    return seen


async def list_deliveries_by_id(tx: Tx, ids: frozenset[str]) -> dict[str, DeliverySeen]:
    """Give those of the deliveries that exist, by id."""
    wanted = _select().where(delivery.c.id.in_(ids))
    return {row.id: _delivery_of(row) for row in await tx.execute(wanted)}


async def list_deliveries(tx: Tx, item_id: str) -> tuple[DeliverySeen, ...]:
    """Give every delivery of an item, by release and account."""
    wanted = _select().where(delivery.c.item_id == item_id)
    return tuple(
        _delivery_of(row) for row in await tx.execute(wanted.order_by(release.c.number, account.c.slug))
    )


async def list_newest_legs(tx: Tx, item_ids: frozenset[str]) -> dict[str, tuple[DeliverySeen, ...]]:
    """Give the deliveries of the newest release of some items, by item."""
    found: dict[str, tuple[DeliverySeen, ...]] = {}
    wanted = _select().where(delivery.c.item_id.in_(item_ids)).order_by(release.c.number, account.c.slug)
    for row in await tx.execute(wanted):
        leg = _delivery_of(row)
        same = found.get(leg.item_id, ())
        found[leg.item_id] = (*same, leg) if same and same[0].release_id == leg.release_id else (leg,)
    return found


async def list_of_release(tx: Tx, release_id: str) -> tuple[DeliverySeen, ...]:
    """Give the deliveries of one release, by account."""
    wanted = _select().where(delivery.c.release_id == release_id).order_by(account.c.slug)
    return tuple(_delivery_of(row) for row in await tx.execute(wanted))


async def count_shown(tx: Tx, item_id: str, counted_as: str | None) -> int:
    """Give how many deliveries of an item a reader can still see, on one channel or on all."""
    wanted = sa.select(sa.func.count()).where(
        delivery.c.item_id == item_id,
        sa.or_(
            delivery.c.state.in_(("live", "withdrawing", "withdraw_by_hand")),
            sa.and_(delivery.c.state == "replaced", delivery.c.channel.in_(APART)),
        ),
    )
    if counted_as is not None:
        wanted = wanted.where(delivery.c.counted_as == counted_as)
    return (await tx.execute(wanted)).scalar_one()


async def list_of_account(tx: Tx, account_id: str, state: str, *, limit: int) -> tuple[DeliverySeen, ...]:
    """Give the deliveries of an account in one state, longest there first."""
    wanted = (
        _select()
        .where(delivery.c.account_id == account_id, delivery.c.state == state)
        .order_by(delivery.c.changed_at, delivery.c.id)
        .limit(limit)
    )
    return tuple(_delivery_of(row) for row in await tx.execute(wanted))


async def list_platform_ids(tx: Tx, account_id: str, *, since: datetime) -> tuple[str, ...]:
    """Give the platform's ids of what an account has shown since a moment; the newest thousand."""
    wanted = (
        sa.select(delivery.c.platform_id)
        .where(
            delivery.c.account_id == account_id,
            delivery.c.live_at >= since,
            delivery.c.platform_id.is_not(None),
        )
        .order_by(delivery.c.live_at.desc())
        .limit(1000)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def find_live_page(tx: Tx, item_id: str) -> DeliverySeen | None:
    """Give the live website delivery of an item."""
    wanted = _select().where(
        delivery.c.item_id == item_id, delivery.c.channel == "website", delivery.c.state == "live"
    )
    row = (await tx.execute(wanted.order_by(release.c.number.desc()).limit(1))).one_or_none()
    return None if row is None else _delivery_of(row)


async def find_withdrawn_page(tx: Tx, item_id: str) -> DeliverySeen | None:
    """Give the website delivery in whose place a notice stands; None when none does."""
    wanted = _select().where(
        delivery.c.item_id == item_id,
        delivery.c.channel == "website",
        delivery.c.state.not_in(("cancelled", "superseded")),
    )
    row = (await tx.execute(wanted.order_by(release.c.number.desc()).limit(1))).one_or_none()
    return _delivery_of(row) if row is not None and row.state == "withdrawn" else None


async def list_live_pages(tx: Tx, after: str, limit: int) -> tuple[str, ...]:
    """Give the ids of live website deliveries behind `after`, in order."""
    wanted = sa.select(delivery.c.id).where(
        delivery.c.channel == "website", delivery.c.state == "live", delivery.c.id > after
    )
    return tuple((await tx.execute(wanted.order_by(delivery.c.id).limit(limit))).scalars())


async def first_page_live_at(tx: Tx, item_id: str) -> datetime | None:
    """Give when the page of an item first went live, also when a later release has replaced it."""
    wanted = sa.select(sa.func.min(delivery.c.live_at)).where(
        delivery.c.item_id == item_id,
        delivery.c.channel == "website",
        delivery.c.state.in_(("live", "replaced")),
    )
    found: datetime | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found


def _push_place() -> sa.ScalarSelect[int]:
    """Count those of the same push that wait for it and are not behind."""
    own, other, waiting = push_article.alias("own"), push_article.alias("other"), delivery.alias("waiting")
    return (
        sa.select(sa.func.count())
        .select_from(own)
        .join(other, sa.and_(other.c.push_id == own.c.push_id, other.c.rank <= own.c.rank))
        .join(waiting, sa.and_(waiting.c.id == other.c.delivery_id, waiting.c.state == "waiting"))
        .where(own.c.delivery_id == delivery.c.id)
        .correlate(delivery)
        .scalar_subquery()
    )


def _take_down_by() -> sa.ScalarSelect[datetime]:
    return (
        sa.select(takedown.c.due_at)
        .where(takedown.c.delivery_id == delivery.c.id)
        .correlate(delivery)
        .scalar_subquery()
    )


@cache
def _select() -> sa.Select[Any]:
    """Give what every reader here asks for; made once, which costs ten times what asking does."""
    return (
        sa.select(
            delivery,
            release.c.number.label("release_number"),
            account.c.slug.label("account"),
            account.c.name.label("account_name"),
            sa.case((delivery.c.gate == "quota", _push_place())).label("push_place"),
            sa.case((delivery.c.state == "withdraw_by_hand", _take_down_by())).label("take_down_by"),
        )
        .join(release, release.c.id == delivery.c.release_id)
        .join(account, account.c.id == delivery.c.account_id)
    )


def _delivery_of(row: sa.Row[Any]) -> DeliverySeen:
    return DeliverySeen(
        id=row.id,
        release_id=row.release_id,
        release_number=row.release_number,
        item_id=row.item_id,
        account_id=row.account_id,
        account=row.account,
        account_name=row.account_name,
        channel=row.channel,
        counted_as=row.counted_as,
        state=row.state,
        gate=row.gate,
        due_at=row.due_at,
        attempt_id=row.attempt_id,
        reason=row.reason,
        who_acts=row.who_acts,
        platform_id=row.platform_id,
        link=row.link,
        live_at=row.live_at,
        tries=row.tries,
        looks=row.looks,
        changed_at=row.changed_at,
        push_place=row.push_place or None,
        take_down_by=row.take_down_by,
    )
