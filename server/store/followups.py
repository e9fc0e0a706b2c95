"""Follow-ups: the rule that makes an interpretation follow its source document."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal

import sqlalchemy as sa

from server.store.correction_tables import replacement
from server.store.rows import upsert
from server.store.tables import delivery, followup
from server.store.tx import Tx

Rule = Literal["same_moment", "after_working_days", "at_time"]


@dataclass(frozen=True, slots=True)
class Follow:
    """解读跟进. `at_clock` is a time of day in Asia/Shanghai."""

    interpretation_id: str
    source_id: str
    rule: Rule
    working_days: int | None = None
    at_clock: time | None = None
    not_before: datetime | None = None


async def put_follow(tx: Tx, follow: Follow, *, by: str, at: datetime) -> None:
    """Write the rule between two items, or change it."""
    rule = {
        "rule": follow.rule,
        "working_days": follow.working_days,
        "at_clock": follow.at_clock,
        "not_before": follow.not_before,
    }
    await tx.execute(
        upsert(tx, followup)
        .values(
            interpretation_id=follow.interpretation_id,
            source_id=follow.source_id,
            created_by=by,
            created_at=at,
            **rule,
        )
        .on_conflict_do_update(index_elements=["interpretation_id", "source_id"], set_=rule)
    )


async def list_sources(tx: Tx, interpretation_id: str) -> tuple[Follow, ...]:
    """Give the rules by which an interpretation follows its sources."""
    wanted = sa.select(followup).where(followup.c.interpretation_id == interpretation_id)
    return tuple(_follow_of(row) for row in await tx.execute(wanted.order_by(followup.c.source_id)))


async def list_followers(tx: Tx, source_id: str) -> tuple[Follow, ...]:
    """Give the rules by which interpretations follow a source."""
    wanted = sa.select(followup).where(followup.c.source_id == source_id)
    return tuple(_follow_of(row) for row in await tx.execute(wanted.order_by(followup.c.interpretation_id)))


async def list_counted_releases(tx: Tx, after: str, limit: int) -> tuple[str, ...]:
    """Give the unsent releases behind `after` that wait for a day counted in working days, in order."""
    wanted = (
        sa.select(delivery.c.release_id)
        .join(followup, followup.c.interpretation_id == delivery.c.item_id)
        .where(
            followup.c.rule == "after_working_days",
            delivery.c.state.in_(("waiting", "ready", "retry_wait")),
            delivery.c.release_id > after,
        )
        .distinct()
        .order_by(delivery.c.release_id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


def _follow_of(row: sa.Row[Any]) -> Follow:
    return Follow(
        interpretation_id=row.interpretation_id,
        source_id=row.source_id,
        rule=row.rule,
        working_days=row.working_days,
        at_clock=row.at_clock,
        not_before=row.not_before,
    )


async def list_bound(tx: Tx, item_ids: frozenset[str]) -> frozenset[str]:
    """Give those of the items that are bound to another one: following, replaced, or either way round."""
    ends = (
        followup.c.interpretation_id, followup.c.source_id, replacement.c.item_id, replacement.c.by_id,
    )  # fmt: skip
    wanted = sa.union(*(sa.select(end).where(end.in_(item_ids)) for end in ends))
    return frozenset((await tx.execute(wanted)).scalars())
