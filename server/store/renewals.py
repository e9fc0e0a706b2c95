"""How far the pages have followed a change of the whole site, and what is to be written next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from server.store.rows import upsert
from server.store.site_tables import site_renewal
from server.store.tables import account, delivery, place, place_list, release
from server.store.tx import Tx

Stage = Literal["places", "lists", "frames", "pages", "leave", "menus", "done"]


@dataclass(frozen=True, slots=True)
class Renewal:
    """The change that the pages are to follow, the last one they have followed, and how far they are."""

    wanted: int
    wanted_at: datetime
    done: int
    stage: Stage
    after: str
    written: int


@dataclass(frozen=True, slots=True)
class ListSeen:
    """A list of an account, and the release of an item that has a place in it; None while there is none."""

    account_id: str
    key: str
    release_id: str | None


async def find_renewal(tx: Tx) -> Renewal | None:
    """Give the renewal under way or the last one; None where there never was one."""
    row = (await tx.execute(sa.select(site_renewal))).one_or_none()
    if row is None:
        return None
    stage = cast("Stage", row.stage)
    return Renewal(row.wanted, row.wanted_at, row.done, stage, row.after, row.written)


async def want_renewal(tx: Tx, wanted: int, *, at: datetime) -> None:
    """Let all pages follow a change, from the beginning, whatever is under way."""
    told = {"wanted": wanted, "wanted_at": at, "stage": "places", "after": "", "written": 0}
    await tx.execute(
        upsert(tx, site_renewal)
        .values(slot=1, done=0, **told)
        .on_conflict_do_update(index_elements=["slot"], set_=told)
    )


async def want_again(tx: Tx, *, at: datetime) -> None:
    """Let all pages be written again by the last change, or by what stood at first where there was none."""
    told = {"wanted_at": at, "stage": "places", "after": "", "written": 0}
    await tx.execute(
        upsert(tx, site_renewal)
        .values(slot=1, wanted=0, done=0, **told)
        .on_conflict_do_update(index_elements=["slot"], set_=told)
    )


async def note_renewal(
    tx: Tx, seen: Renewal, stage: Stage, after: str, written: int, *, done: int | None = None
) -> bool:
    """Note how far a renewal has come since it was `seen`; False when it began anew or went on meanwhile."""
    told: dict[str, Any] = {"stage": stage, "after": after, "written": site_renewal.c.written + written}
    if done is not None:
        told["done"] = done
    as_seen = (
        site_renewal.c.wanted == seen.wanted,
        site_renewal.c.wanted_at == seen.wanted_at,
        site_renewal.c.stage == seen.stage,
        site_renewal.c.after == seen.after,
    )
    moved = await tx.execute(site_renewal.update().where(*as_seen).values(**told))
    return bool(moved.rowcount == 1)


async def find_next_list(tx: Tx, after: tuple[str, str], *, with_it: bool) -> ListSeen | None:
    """Give the list behind one (account and key), or that one itself, of all websites and feeds."""
    mine, there = (
        sa.tuple_(place_list.c.account_id, place_list.c.list_key),
        sa.tuple_(*map(sa.literal, after)),
    )
    wanted = (
        sa.select(place_list.c.account_id, place_list.c.list_key)
        .join(account, account.c.id == place_list.c.account_id)
        .where(
            account.c.channel.in_(("website", "feed")),
            mine >= there if with_it else mine > there,
        )
        .order_by(place_list.c.account_id, place_list.c.list_key)
        .limit(1)
    )
    found = (await tx.execute(wanted)).one_or_none()
    if found is None:
        return None
    return ListSeen(*found, await _release_in(tx, *found))


async def list_site_accounts(tx: Tx) -> tuple[str, ...]:
    """Give the accounts whose channel writes files, websites first."""
    wanted = sa.select(account.c.id).where(account.c.channel.in_(("website", "feed")))
    return tuple((await tx.execute(wanted.order_by(account.c.channel.desc(), account.c.id))).scalars())


async def list_pages(tx: Tx, after: str, limit: int) -> tuple[str, ...]:
    """Give the website deliveries behind one whose page, or the notice in its place, readers see.

    Of an item that is withdrawn the newest alone: the notice tells of that.
    """
    newer = delivery.alias("newer")
    is_newest = ~sa.exists().where(
        newer.c.item_id == delivery.c.item_id,
        newer.c.account_id == delivery.c.account_id,
        sa.or_(
            newer.c.state.in_(("live", "accepted")),
            sa.and_(newer.c.state == "withdrawn", newer.c.release_id > delivery.c.release_id),
        ),
    )
    # By the key and not by state: nearly all deliveries are live.
    state = delivery.c.state + ""
    wanted = (
        sa.select(delivery.c.id)
        .where(
            delivery.c.id > after,
            delivery.c.channel == "website",
            sa.or_(
                state == "live",
                sa.and_(state == "withdrawn", delivery.c.live_at.is_not(None), is_newest),
            ),
        )
        .order_by(delivery.c.id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def _release_in(tx: Tx, account_id: str, key: str) -> str | None:
    """Give the newest release of the last item in a list."""
    last = (
        sa.select(place.c.item_id)
        .where(place.c.account_id == account_id, place.c.list_key == key)
        .order_by(place.c.ordinal.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        sa.select(delivery.c.release_id)
        .join(release, release.c.id == delivery.c.release_id)
        .where(delivery.c.item_id == last, delivery.c.account_id == account_id)
        .order_by(release.c.number.desc())
        .limit(1)
    )
    found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found
