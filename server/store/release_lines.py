"""Releases as lines of a list, and on which accounts an organ last released items of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from server.store.practice import shown_title
from server.store.releases import ReleaseState
from server.store.tables import account, delivery, item, org, person, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """发布 as a line; `states` counts its deliveries by their state."""

    id: str
    item_id: str
    number: int
    title: str
    org_name: str
    state: ReleaseState
    not_before: datetime | None
    by: str
    created_at: datetime
    states: Mapping[str, int]


async def list_release_lines(
    tx: Tx, org_ids: frozenset[str], *, before: datetime | None, limit: int
) -> tuple[ReleaseLine, ...]:
    """Give the releases of some organs' items, newest first."""
    wanted = (
        sa.select(release, shown_title(), org.c.name.label("org_name"), person.c.name.label("by"))
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == release.c.item_id)
        .join(org, org.c.id == item.c.org_id)
        .join(person, person.c.id == release.c.created_by)
        .where(item.c.org_id.in_(org_ids))
    )
    if before is not None:
        wanted = wanted.where(release.c.created_at < before)
    rows = (
        await tx.execute(wanted.order_by(release.c.created_at.desc(), release.c.id.desc()).limit(limit))
    ).all()
    states = await _count_states(tx, frozenset(row.id for row in rows))
    return tuple(_line_of(row, states.get(row.id, {})) for row in rows)


async def list_last_accounts(tx: Tx, org_id: str, kind: str) -> tuple[str, ...]:
    """Give the slugs of the accounts of the newest release of an organ's items of one kind."""
    newest = (
        sa.select(release.c.id)
        .join(item, item.c.id == release.c.item_id)
        .where(item.c.org_id == org_id, item.c.kind == kind, ~item.c.practice)
        .order_by(release.c.created_at.desc(), release.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        sa.select(account.c.slug)
        .join(delivery, delivery.c.account_id == account.c.id)
        .where(delivery.c.release_id == newest)
        .order_by(account.c.slug)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def _count_states(tx: Tx, release_ids: frozenset[str]) -> dict[str, dict[str, int]]:
    wanted = (
        sa.select(delivery.c.release_id, delivery.c.state, sa.func.count().label("number"))
        .where(delivery.c.release_id.in_(release_ids))
        .group_by(delivery.c.release_id, delivery.c.state)
    )
    counts: dict[str, dict[str, int]] = {}
    for row in await tx.execute(wanted):
        counts.setdefault(row.release_id, {})[row.state] = row.number
    return counts


def _line_of(row: sa.Row[Any], states: Mapping[str, int]) -> ReleaseLine:
    return ReleaseLine(
        id=row.id,
        item_id=row.item_id,
        number=row.number,
        title=row.title,
        org_name=row.org_name,
        state=cast("ReleaseState", row.state),
        not_before=row.not_before,
        by=row.by,
        created_at=row.created_at,
        states=states,
    )
