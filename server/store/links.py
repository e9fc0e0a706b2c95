"""Links between documents and interpretations: which pairs to look at, and what was last seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.clock_tables import link_check
from server.store.rows import in_turn, upsert
from server.store.tables import delivery, followup, item
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Pair:
    """An interpretation and its source, and whether readers can see the page of each."""

    interpretation_id: str
    source_id: str
    interpretation_live: bool
    source_live: bool


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """What was on the pages: `forward` from the source to the interpretation, `backward` the other way."""

    pair: Pair
    forward: bool
    backward: bool
    trouble: str | None  # None: as it should be


@dataclass(frozen=True, slots=True)
class WrongLink:
    """A pair whose pages do not link as they should, and since when."""

    interpretation_id: str
    source_id: str
    org_id: str
    trouble: str
    wrong_since: datetime


async def list_pairs_to_check(
    tx: Tx, *, checked_before: datetime, wrong_before: datetime, limit: int
) -> tuple[Pair, ...]:
    """Give pairs to look at: never seen, moved since, wrong and due for another look, or seen long ago."""
    moved = sa.exists().where(
        delivery.c.item_id.in_((followup.c.interpretation_id, followup.c.source_id)),
        delivery.c.channel == "website",
        delivery.c.changed_at >= link_check.c.checked_at,
    )
    due = sa.or_(
        link_check.c.checked_at.is_(None),
        moved,
        sa.and_(link_check.c.trouble.is_not(None), link_check.c.checked_at <= wrong_before),
        link_check.c.checked_at <= checked_before,
    )
    wanted = (
        sa.select(
            followup.c.interpretation_id,
            followup.c.source_id,
            _is_live(followup.c.interpretation_id).label("interpretation_live"),
            _is_live(followup.c.source_id).label("source_live"),
        )
        .outerjoin(
            link_check,
            sa.and_(
                link_check.c.interpretation_id == followup.c.interpretation_id,
                link_check.c.source_id == followup.c.source_id,
            ),
        )
        .join(item, item.c.id == followup.c.source_id)
        .where(
            ~item.c.practice,
            due,
            sa.or_(_is_live(followup.c.interpretation_id), _is_live(followup.c.source_id)),
        )
        .order_by(link_check.c.checked_at, followup.c.interpretation_id, followup.c.source_id)
        .limit(limit)
    )
    rows = await tx.execute(wanted)
    return tuple(
        Pair(row.interpretation_id, row.source_id, row.interpretation_live, row.source_live) for row in rows
    )


async def write_link_check(tx: Tx, seen: LinkSeen, *, at: datetime) -> None:
    """Write down what was seen; since when it is wrong is kept until it is right again."""
    pair = seen.pair
    told = {
        "both_live": pair.interpretation_live and pair.source_live,
        "forward": seen.forward,
        "backward": seen.backward,
        "checked_at": at,
        "trouble": seen.trouble,
    }
    since = sa.func.coalesce(link_check.c.wrong_since, at) if seen.trouble else sa.null()
    await tx.execute(
        upsert(tx, link_check)
        .values(
            interpretation_id=pair.interpretation_id,
            source_id=pair.source_id,
            wrong_since=at if seen.trouble else None,
            **told,
        )
        .on_conflict_do_update(
            index_elements=["interpretation_id", "source_id"], set_={**told, "wrong_since": since}
        )
    )


async def list_wrong_links(tx: Tx, *, since: datetime, limit: int) -> tuple[WrongLink, ...]:
    """Give the pairs that have been wrong since before a moment; of all organs in turn, longest first."""
    wanted = (
        sa.select(link_check, item.c.org_id)
        .join(item, item.c.id == link_check.c.source_id)
        .where(link_check.c.trouble.is_not(None), link_check.c.wrong_since <= since)
    )
    order = (link_check.c.wrong_since, link_check.c.interpretation_id, link_check.c.source_id)
    return tuple(
        WrongLink(row.interpretation_id, row.source_id, row.org_id, row.trouble, row.wrong_since)
        for row in await tx.execute(in_turn(wanted, item.c.org_id, *order, limit=limit))
    )


def _is_live(item_id: Any) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        delivery.c.item_id == item_id, delivery.c.channel == "website", delivery.c.state == "live"
    )
