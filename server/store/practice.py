"""Practice: which organs are in it, and what of theirs is still on its way."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from channels.item import PRACTICE_MARK
from server.store.tables import account, delivery, item, org, revision
from server.store.tx import Tx

ON_ITS_WAY: Final = ("sending", "accepted", "unknown", "withdrawing")
"""States of a real delivery whose end nobody knows yet."""
LEAVING: Final = ("sending",)
"""Of practice only what a worker holds at this moment: a rehearsal platform that was stopped says nothing any
more, and must not keep an office from its real work."""


def shown_title() -> sa.ColumnElement[str]:
    """Give the title of a revision as a list of both worlds shows it: with its mark."""
    marked = sa.literal(PRACTICE_MARK) + revision.c.title
    return sa.case((item.c.practice, marked), else_=revision.c.title).label("title")


async def is_practising(tx: Tx, org_id: str) -> bool:
    """Say whether an organ is in practice, and keep it so until the transaction ends."""
    wanted = sa.select(org.c.practice_since).where(org.c.id == org_id).with_for_update(read=True)
    return (await tx.execute(wanted)).scalar_one_or_none() is not None


async def switch_practice(tx: Tx, org_id: str, since: datetime | None, by: str | None) -> bool:
    """Put an organ into practice (`since` and by whom) or out of it (None); False when it was so already."""
    was = org.c.practice_since.is_(None) if since is not None else org.c.practice_since.is_not(None)
    moved = await tx.execute(
        org.update().where(org.c.id == org_id, was).values(practice_since=since, practice_by=by)
    )
    return moved.rowcount == 1


async def count_in_flight(tx: Tx, org_id: str, *, practice: bool) -> int:
    """Give how many deliveries of an organ's practice items, or of its real ones, are under way."""
    states = LEAVING if practice else ON_ITS_WAY
    wanted = (
        sa.select(sa.func.count())
        .select_from(delivery)
        .join(item, item.c.id == delivery.c.item_id)
        .where(delivery.c.state.in_(states), item.c.org_id == org_id, item.c.practice.is_(practice))
    )
    return (await tx.execute(wanted)).scalar_one()


async def list_resting(tx: Tx) -> frozenset[str]:
    """Give the ids of the practice accounts that nobody uses now: they wait for the next practice.

    Site and feeds of practice are shared, and rest only while no organ is in practice.
    """
    anybody = sa.exists(sa.select(org.c.id).where(org.c.practice_since.is_not(None)))
    shared = account.c.channel.in_(("website", "feed"))
    wanted = (
        sa.select(account.c.id)
        .join(org, org.c.id == account.c.org_id)
        .where(
            account.c.practice,
            sa.or_(sa.and_(shared, ~anybody), sa.and_(~shared, org.c.practice_since.is_(None))),
        )
    )
    return frozenset((await tx.execute(wanted)).scalars())


async def list_practising(tx: Tx, org_ids: frozenset[str]) -> tuple[str, ...]:
    """Give the names of those of some organs that are in practice, by code."""
    wanted = sa.select(org.c.name).where(org.c.practice_since.is_not(None), org.c.id.in_(org_ids))
    return tuple((await tx.execute(wanted.order_by(org.c.code))).scalars())
