"""Our own pages as the nightly look finds them: how far it has come, and which pages are wrong."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.clock_tables import page_check, page_round
from server.store.rows import in_turn, upsert
from server.store.tables import delivery, item
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page that readers can see."""

    delivery_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class WrongPage:
    """A page that has been wrong since a moment."""

    item_id: str
    org_id: str
    trouble: str
    wrong_since: datetime


async def take_live_pages(tx: Tx, limit: int) -> tuple[LivePage, ...]:
    """Give the next live pages behind the one that was looked at last, in order."""
    after = (await tx.execute(sa.select(page_round.c.after))).scalar_one_or_none() or ""
    wanted = _live().where(delivery.c.id > after).order_by(delivery.c.id).limit(limit)
    return tuple(LivePage(row.id, row.item_id) for row in await tx.execute(wanted))


async def write_cursor(tx: Tx, after: str) -> None:
    """Note how far the look has come; "": it begins anew."""
    await tx.execute(
        upsert(tx, page_round)
        .values(slot=1, after=after)
        .on_conflict_do_update(index_elements=["slot"], set_={"after": after})
    )


async def note_wrong(tx: Tx, page: LivePage, trouble: str, *, at: datetime) -> bool:
    """Write down that a page is wrong; says whether that is new. Since when is kept until it is right."""
    known = sa.select(page_check.c.item_id).where(page_check.c.delivery_id == page.delivery_id)
    is_new = (await tx.execute(known)).one_or_none() is None
    told = {"trouble": trouble[:500], "checked_at": at}
    await tx.execute(
        upsert(tx, page_check)
        .values(delivery_id=page.delivery_id, item_id=page.item_id, wrong_since=at, **told)
        .on_conflict_do_update(index_elements=["delivery_id"], set_=told)
    )
    return is_new


async def clear_page(tx: Tx, page: LivePage) -> None:
    """Note that a page is as it should be."""
    await tx.execute(page_check.delete().where(page_check.c.delivery_id == page.delivery_id))


async def list_wrong_due(tx: Tx, before: datetime, limit: int) -> tuple[LivePage, ...]:
    """Give wrong pages that were last looked at before a moment; of what is live no longer, none."""
    wanted = _live().join(page_check, page_check.c.delivery_id == delivery.c.id)
    wanted = wanted.where(page_check.c.checked_at <= before).order_by(page_check.c.checked_at).limit(limit)
    return tuple(LivePage(row.id, row.item_id) for row in await tx.execute(wanted))


async def list_wrong_pages(tx: Tx, *, since: datetime, limit: int) -> tuple[WrongPage, ...]:
    """Give the live pages wrong since before a moment; of all organs in turn, longest first."""
    wanted = (
        _live()
        .add_columns(item.c.org_id, page_check.c.trouble, page_check.c.wrong_since)
        .join(page_check, page_check.c.delivery_id == delivery.c.id)
        .where(page_check.c.wrong_since <= since)
    )
    ordered = in_turn(wanted, item.c.org_id, page_check.c.wrong_since, page_check.c.delivery_id, limit=limit)
    return tuple(
        WrongPage(row.item_id, row.org_id, row.trouble, row.wrong_since) for row in await tx.execute(ordered)
    )


def _live() -> sa.Select[tuple[str, str]]:
    return (
        sa.select(delivery.c.id, delivery.c.item_id)
        .join(item, item.c.id == delivery.c.item_id)
        # By the key and not by state: nearly all deliveries are live.
        .where(delivery.c.channel == "website", delivery.c.state + "" == "live", ~item.c.practice)
    )
