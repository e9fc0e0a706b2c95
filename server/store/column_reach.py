"""How far a column reaches: what stands in it, what is being written for it, and who follows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.store.hub_tables import hub_subscription
from server.store.push_tables import push_topic
from server.store.reader_tables import following
from server.store.reading_tables import catalogue_line
from server.store.tables import item, place_list, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class ColumnReach:
    """What a change of a column concerns: numbers of items, and of readers by the way they are told."""

    shown: int  # items that readers can open
    drafts: int  # items never shown, whose newest version is for this column
    followers: int  # on WeChat
    browsers: int
    systems: int  # that take a feed through the hub


async def read_reach(tx: Tx, slugs: tuple[str, ...]) -> ColumnReach:
    """Give the reach of a column, known by its slug and those of the columns merged into it."""
    keys = tuple(f"column/{slug}" for slug in slugs)
    feeds = tuple(f"feed/{key}.{form}" for key in keys for form in ("rss", "atom", "json"))
    newest = revision.alias("newest")
    is_newest = ~sa.exists().where(
        newest.c.item_id == revision.c.item_id, newest.c.number > revision.c.number
    )
    drafts = (
        sa.select(sa.func.count())
        .select_from(revision)
        .join(item, item.c.id == revision.c.item_id)
        .where(item.c.published_at.is_(None), revision.c.sheet["column"].as_string().in_(slugs), is_newest)
    )
    count = sa.func.count()
    return ColumnReach(
        shown=await _count(tx, sa.select(count).where(catalogue_line.c.column.in_(slugs))),
        drafts=await _count(tx, drafts),
        followers=await _count(tx, sa.select(count).where(following.c.column.in_(slugs))),
        browsers=await _count(
            tx, sa.select(sa.func.count(push_topic.c.key.distinct())).where(push_topic.c.topic.in_(keys))
        ),
        systems=await _count(tx, sa.select(count).where(hub_subscription.c.topic.in_(feeds))),
    )


async def list_slugs(tx: Tx) -> tuple[str, ...]:
    """Give the slugs of all columns that ever had a list on a website or in a feed."""
    front = "column/"
    wanted = sa.select(place_list.c.list_key).where(place_list.c.list_key.startswith(front)).distinct()
    return tuple(sorted(key.removeprefix(front) for key in (await tx.execute(wanted)).scalars()))


async def count_shown(tx: Tx) -> Mapping[str, int]:
    """Give the number of items that readers can open, by column."""
    wanted = sa.select(catalogue_line.c.column, sa.func.count()).group_by(catalogue_line.c.column)
    return {row[0]: row[1] for row in await tx.execute(wanted)}


async def _count(tx: Tx, wanted: sa.Select[Any]) -> int:
    return int((await tx.execute(wanted)).scalar_one())
