"""Subscriptions to feeds: who is told, until when, of which version, and when next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.hub_intents import IntentRow
from server.store.hub_tables import hub_subscription
from server.store.rows import upsert
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is to be made now; `wanted` is the version of the feed when it was asked for."""

    key: str
    topic: str
    callback: str
    host: str
    sealed: str | None
    wanted: str
    tries: int


@dataclass(frozen=True, slots=True)
class HubSeen:
    """What there is to do: the versions that subscribers of each feed have or wait for, and what is late."""

    topics: tuple[tuple[str, str], ...]
    is_due: bool
    is_lapsed: bool


async def see_hub(tx: Tx, *, at: datetime) -> HubSeen:
    """Give what there is to do; next to nothing is read when nobody has subscribed."""
    named = sa.select(hub_subscription.c.topic, hub_subscription.c.wanted).distinct()
    topics = tuple((row.topic, row.wanted) for row in await tx.execute(named))
    if not topics:
        return HubSeen((), is_due=False, is_lapsed=False)
    due = sa.exists().where(hub_subscription.c.due_at <= at)
    lapsed = sa.exists().where(hub_subscription.c.expires_at <= at)
    row = (await tx.execute(sa.select(due.label("due"), lapsed.label("lapsed")))).one()
    return HubSeen(topics, is_due=bool(row.due), is_lapsed=bool(row.lapsed))


async def count_subscriptions(tx: Tx, host: str) -> tuple[int, int]:
    """Say how many subscriptions there are in all, and how many lead to one host."""
    mine = sa.select(sa.func.count()).where(hub_subscription.c.host == host).scalar_subquery()
    whole = sa.select(sa.func.count()).select_from(hub_subscription).scalar_subquery()
    row = (await tx.execute(sa.select(whole.label("whole"), mine.label("mine")))).one()
    return int(row.whole), int(row.mine)


async def is_subscribed(tx: Tx, key: str) -> bool:
    """Say whether a subscription stands."""
    wanted = sa.select(hub_subscription.c.key).where(hub_subscription.c.key == key)
    return (await tx.execute(wanted)).one_or_none() is not None


async def put_subscription(
    tx: Tx, intent: IntentRow, *, version: str, expires_at: datetime, at: datetime
) -> None:
    """Write a subscription that was verified; one of the same feed and callback is replaced (WebSub §5.1).

    What the former one still waits for, the new one waits for, so that a renewal loses no delivery.
    """
    fresh = {"sealed": intent.sealed, "expires_at": expires_at}
    await tx.execute(
        upsert(tx, hub_subscription)
        .values(
            key=intent.key, topic=intent.topic, callback=intent.callback, host=intent.host, since=at,
            told=version, wanted=version, due_at=None, tries=0, **fresh,
        )
        .on_conflict_do_update(index_elements=["key"], set_=fresh)
    )  # fmt: skip


async def delete_subscription(tx: Tx, *, key: str) -> None:
    """End a subscription; nothing happens when there is none."""
    await tx.execute(hub_subscription.delete().where(hub_subscription.c.key == key))


async def delete_lapsed(tx: Tx, *, at: datetime) -> int:
    """End the subscriptions whose lease is over; none lasts without being renewed."""
    return (await tx.execute(hub_subscription.delete().where(hub_subscription.c.expires_at <= at))).rowcount


async def spread_version(tx: Tx, *, topic: str, version: str, at: datetime) -> int:
    """Make a version due for every subscriber of a feed who does not have it yet: one statement for all.

    Who waits for a retry keeps its time: a new version must not wake what does not answer.
    """
    mine = hub_subscription.c.topic == topic
    moved = await tx.execute(
        hub_subscription.update()
        .where(mine, hub_subscription.c.wanted != version)
        .values(
            wanted=version,
            due_at=sa.case(
                (sa.and_(hub_subscription.c.tries > 0, hub_subscription.c.due_at.is_not(None)),
                 hub_subscription.c.due_at),
                else_=_moment(at),
            ),
        )
    )  # fmt: skip
    return moved.rowcount


async def claim_due(tx: Tx, *, at: datetime, until: datetime, limit: int) -> tuple[Due, ...]:
    """Take deliveries that are due: those that were never tried first, so that the dead hold up nobody.

    Until `until` nobody else takes them; whoever dies in one costs that much, and a second delivery.
    """
    picked = (
        sa.select(hub_subscription.c.key)
        .where(hub_subscription.c.due_at <= at, hub_subscription.c.expires_at > at)
        .order_by(hub_subscription.c.tries, hub_subscription.c.due_at)
        .limit(limit)
    )
    taken = await tx.execute(
        hub_subscription.update()
        .where(hub_subscription.c.key.in_(picked.scalar_subquery()), hub_subscription.c.due_at <= at)
        .values(due_at=until)
        .returning(hub_subscription)
    )
    return tuple(_due_of(row) for row in taken)


async def close_delivery(tx: Tx, *, due: Due, told: str, at: datetime) -> None:
    """Note that a subscriber took a version; if there is a newer one by now, it is due."""
    wanted = hub_subscription.c.wanted
    is_newest = wanted.in_((due.wanted, told))
    await tx.execute(
        hub_subscription.update()
        .where(hub_subscription.c.key == due.key)
        .values(
            told=told,
            wanted=sa.case((is_newest, sa.literal(told)), else_=wanted),
            due_at=sa.case((is_newest, sa.null()), else_=_moment(at)),
            tries=0,
        )
    )


async def put_off(tx: Tx, *, due: Due, until: datetime) -> None:
    """Try a delivery again later; the subscription stands until its lease is over."""
    await tx.execute(
        hub_subscription.update()
        .where(hub_subscription.c.key == due.key)
        .values(tries=hub_subscription.c.tries + 1, due_at=until)
    )


def _moment(at: datetime) -> sa.BindParameter[datetime]:
    return sa.bindparam(None, at, type_=hub_subscription.c.expires_at.type)


def _due_of(row: sa.Row[Any]) -> Due:
    return Due(row.key, row.topic, row.callback, row.host, row.sealed, row.wanted, row.tries)
