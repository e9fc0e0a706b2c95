"""Places: the lines of list pages and feeds, and the pages that must be written again.

An ordinal is handed out once per list, so a list page numbered from the oldest never shifts, however much
is published or withdrawn later.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from server.store.rows import upsert
from server.store.tables import account, delivery, item, place, place_list, release, stale_page
from server.store.tx import Tx

SHOWN = ("sending", "accepted", "unknown", "needs_person", "live")
"""A list shows what is live and what is under way: two publishers must not drop each other's line."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of a list: which release of which item, at which ordinal, and whether it is live."""

    ordinal: int
    item_id: str
    release_id: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """The item before or after another one in a list: its release there, and the delivery of its page."""

    role: Literal["older", "newer"]
    release_id: str
    delivery_id: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """A page to be written again; `serial` tells whether it became stale once more meanwhile.

    Where none `stands` any more, since another took its place, there is nothing to be written.
    """

    delivery_id: str
    serial: int
    stands: bool


async def list_newest(tx: Tx, account_id: str, key: str, limit: int) -> tuple[Placed, ...]:
    """Give the newest shown lines of a list, newest first."""
    return await _list(tx, account_id, key, limit=limit)


async def list_span(tx: Tx, account_id: str, key: str, first: int, last: int) -> tuple[Placed, ...]:
    """Give the shown lines with ordinals first..last, newest first."""
    return await _list(tx, account_id, key, limit=last - first + 1, first=first, last=last)


async def find_list(tx: Tx, account_id: str, key: str) -> tuple[int, datetime] | None:
    """Give a list's highest ordinal and the time of its last change; None for one that never had a line."""
    wanted = sa.select(place_list.c.last, place_list.c.changed_at).where(
        place_list.c.account_id == account_id, place_list.c.list_key == key
    )
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else (row.last, row.changed_at)


async def list_withdrawn(tx: Tx, account_id: str, key: str, limit: int) -> tuple[tuple[str, datetime], ...]:
    """Give the items of a list that were withdrawn last, each with when.

    Through the few that were withdrawn at all, not through the list.
    """
    here = (place.c.item_id == item.c.id, place.c.account_id == account_id, place.c.list_key == key)
    wanted = (
        sa.select(item.c.id, item.c.withdrawn_at)
        .where(item.c.withdrawn_at.is_not(None), sa.exists().where(*here))
        .order_by(item.c.withdrawn_at.desc(), item.c.id.desc())
        .limit(limit)
    )
    return tuple((row.id, row.withdrawn_at) for row in await tx.execute(wanted))


async def list_lists(tx: Tx, account_id: str, front: str) -> tuple[str, ...]:
    """Give the keys of an account's lists that begin with `front`, in order."""
    wanted = sa.select(place_list.c.list_key).where(
        place_list.c.account_id == account_id, place_list.c.list_key.startswith(front, autoescape=True)
    )
    return tuple(sorted((await tx.execute(wanted)).scalars()))


async def find_ordinal(tx: Tx, account_id: str, key: str, item_id: str) -> int | None:
    """Give an item's place in a list; None when it never had one."""
    wanted = sa.select(place.c.ordinal).where(
        place.c.account_id == account_id, place.c.list_key == key, place.c.item_id == item_id
    )
    found: int | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found


async def list_keys_of(tx: Tx, account_id: str, item_id: str) -> tuple[str, ...]:
    """Give every list of an account in which an item has a place."""
    wanted = (
        sa.select(place.c.list_key)
        .where(place.c.account_id == account_id, place.c.item_id == item_id)
        .order_by(place.c.list_key)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def list_page_places(tx: Tx, item_id: str) -> tuple[tuple[str, str, int], ...]:
    """Give account, column list and ordinal of an item's places on websites."""
    wanted = (
        sa.select(place.c.account_id, place.c.list_key, place.c.ordinal)
        .join(account, account.c.id == place.c.account_id)
        .where(
            place.c.item_id == item_id,
            account.c.channel == "website",
            place.c.list_key.like("column/%"),
        )
        .order_by(place.c.account_id, place.c.list_key)
    )
    return tuple((row.account_id, row.list_key, row.ordinal) for row in await tx.execute(wanted))


async def list_beside(
    tx: Tx, account_id: str, key: str, ordinal: int, *, states: tuple[str, ...], limit: int
) -> tuple[Beside, ...]:
    """Give the nearest lines on either side of an ordinal whose page is in one of `states`."""
    found: list[Beside] = []
    sides: tuple[tuple[Literal["older", "newer"], Any, Any], ...] = (
        ("older", place.c.ordinal < ordinal, place.c.ordinal.desc()),
        ("newer", place.c.ordinal > ordinal, place.c.ordinal),
    )
    for role, side, order in sides:
        wanted = (
            sa.select(delivery.c.release_id, delivery.c.id, delivery.c.state)
            .select_from(place)
            .join(
                delivery,
                sa.and_(
                    delivery.c.item_id == place.c.item_id,
                    delivery.c.account_id == place.c.account_id,
                    delivery.c.state.in_(states),
                ),
            )
            .where(place.c.account_id == account_id, place.c.list_key == key, side)
            .order_by(order)
            .limit(limit)
        )
        found += [
            Beside(role, row.release_id, row.id, row.state == "live") for row in await tx.execute(wanted)
        ]
    return tuple(found)


async def _list(
    tx: Tx, account_id: str, key: str, *, limit: int, first: int = 1, last: int | None = None
) -> tuple[Placed, ...]:
    wanted = _shown().where(
        place.c.account_id == account_id, place.c.list_key == key, place.c.ordinal >= first
    )
    if last is not None:
        wanted = wanted.where(place.c.ordinal <= last)
    return tuple(_placed_of(row) for row in await tx.execute(wanted.limit(limit)))


@cache
def _shown() -> sa.Select[Any]:
    """Give the shown lines of lists, newest first; made once, and asked for fifteen times by each page."""
    newer, newer_release = delivery.alias("newer"), release.alias("newer_release")
    newest = ~sa.exists().where(
        newer.c.item_id == place.c.item_id,
        newer.c.account_id == place.c.account_id,
        newer.c.state.in_(SHOWN),
        newer_release.c.id == newer.c.release_id,
        newer_release.c.number > release.c.number,
    )
    # No window function here: both engines walk the list's key backwards and stop at the limit.
    return (
        sa.select(
            place.c.ordinal,
            place.c.item_id,
            delivery.c.release_id,
            (delivery.c.state == "live").label("is_live"),
        )
        .join(
            delivery,
            sa.and_(
                delivery.c.item_id == place.c.item_id,
                delivery.c.account_id == place.c.account_id,
                delivery.c.state.in_(SHOWN),
            ),
        )
        .join(release, release.c.id == delivery.c.release_id)
        .where(newest)
        .order_by(place.c.ordinal.desc())
    )


async def mark_stale(tx: Tx, delivery_ids: tuple[str, ...], *, at: datetime) -> None:
    """Note that live pages must be written again."""
    for delivery_id in delivery_ids:
        await tx.execute(
            upsert(tx, stale_page)
            .values(delivery_id=delivery_id, since=at, serial=1)
            .on_conflict_do_update(index_elements=["delivery_id"], set_={"serial": stale_page.c.serial + 1})
        )


async def clear_stale(tx: Tx, stale: Stale) -> None:
    """Note that a page was written; it stays stale when it became so once more while it was."""
    await tx.execute(
        stale_page.delete().where(
            stale_page.c.delivery_id == stale.delivery_id, stale_page.c.serial == stale.serial
        )
    )


def _placed_of(row: sa.Row[Any]) -> Placed:
    return Placed(
        ordinal=row.ordinal, item_id=row.item_id, release_id=row.release_id, is_live=bool(row.is_live)
    )
