"""三审: the levels of each organ and kind, and the deputies of people who must decide."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from server.store.review_tables import deputy, review_level
from server.store.tables import grant, org, person
from server.store.tx import Tx

LevelRole = Literal["reviewer", "chief"]
ANY_KIND = "any"


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its number from 1 on, who decides, and what the office calls it."""

    level: int
    role: LevelRole
    name: str


@dataclass(frozen=True, slots=True)
class LevelsSeen:
    """The levels that an organ has set for one kind, or for all ('any')."""

    org_id: str
    kind: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Deputy:
    """One person acts for another from one moment to another, both with their names."""

    id: str
    principal_id: str
    deputy_id: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    principal: str = ""
    deputy: str = ""
    revoked_at: datetime | None = None


async def replace_levels(tx: Tx, org_id: str, kind: str, levels: Iterable[Level]) -> None:
    """Set the levels of an organ for a kind; none at all: what stands above it holds again."""
    await tx.execute(
        review_level.delete().where(review_level.c.org_id == org_id, review_level.c.kind == kind)
    )
    rows = [
        {"org_id": org_id, "kind": kind, "level": one.level, "role": one.role, "name": one.name}
        for one in levels
    ]
    if rows:
        await tx.execute(review_level.insert(), rows)


async def list_levels(tx: Tx, org_ids: frozenset[str]) -> tuple[LevelsSeen, ...]:
    """Give what some organs have set themselves."""
    wanted = sa.select(review_level).where(review_level.c.org_id.in_(org_ids))
    found: dict[tuple[str, str], list[Level]] = {}
    order = (review_level.c.org_id, review_level.c.kind, review_level.c.level)
    for row in await tx.execute(wanted.order_by(*order)):
        found.setdefault((row.org_id, row.kind), []).append(Level(row.level, row.role, row.name))
    return tuple(LevelsSeen(org_id, kind, tuple(levels)) for (org_id, kind), levels in found.items())


async def list_holding(
    tx: Tx, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Level, ...]]:
    """Give the levels that hold, by organ and kind: its own, or else those of the nearest organ above.

    At one organ what is set for the kind goes before what is set for all. () where nobody has set any. Two
    statements, however many are asked for.
    """
    chains = await upwards(tx, frozenset(org_id for org_id, _kind in wanted))
    above = frozenset(one for chain in chains.values() for one in chain)
    own = {(seen.org_id, seen.kind): seen.levels for seen in await list_levels(tx, above)}
    return {
        (org_id, kind): next(
            (own[key] for one in chains[org_id] for key in ((one, kind), (one, ANY_KIND)) if key in own), ()
        )
        for org_id, kind in wanted
    }


async def upwards(tx: Tx, org_ids: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Give for each of some organs itself and those above it, nearest first."""
    start = (
        sa.select(org.c.id.label("below"), org.c.id, org.c.parent_id, sa.literal(0).label("steps"))
        .where(org.c.id.in_(org_ids))
        .cte("above", recursive=True)
    )
    above = start.union_all(
        sa.select(start.c.below, org.c.id, org.c.parent_id, start.c.steps + 1).join(
            start, org.c.id == start.c.parent_id
        )
    )
    chains: dict[str, list[str]] = {one: [] for one in org_ids}
    for row in await tx.execute(sa.select(above.c.below, above.c.id).order_by(above.c.steps)):
        chains[row.below].append(row.id)
    return {below: tuple(chain) for below, chain in chains.items()}


async def insert_deputy(tx: Tx, one: Deputy, *, by: str, at: datetime) -> None:
    """Write who acts for whom."""
    await tx.execute(
        deputy.insert().values(
            id=one.id, principal_id=one.principal_id, deputy_id=one.deputy_id, begins_at=one.begins_at,
            ends_at=one.ends_at, reason=one.reason, set_by=by, set_at=at,
        )
    )  # fmt: skip


async def find_deputy(tx: Tx, deputy_row_id: str) -> Deputy | None:
    """Give one appointment."""
    row = (await tx.execute(_select().where(deputy.c.id == deputy_row_id))).one_or_none()
    return None if row is None else _deputy_of(row)


async def revoke_deputy(tx: Tx, deputy_row_id: str, *, at: datetime) -> bool:
    """End an appointment now; says whether it still ran."""
    moved = await tx.execute(
        deputy.update()
        .where(deputy.c.id == deputy_row_id, deputy.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    return moved.rowcount == 1


async def list_deputies(
    tx: Tx, person_id: str, org_ids: Collection[str] = (), *, at: datetime, limit: int = 500
) -> tuple[Deputy, ...]:
    """Give the appointments that run or are still to come, by their beginning.

    Those of one person, whom he acts for or who acts for him, and those of everybody with a role at some
    organs.
    """
    there = sa.select(grant.c.person_id).where(grant.c.org_id.in_(sorted(org_ids)))
    wanted = _select().where(
        deputy.c.revoked_at.is_(None),
        deputy.c.ends_at > at,
        sa.or_(
            deputy.c.principal_id == person_id,
            deputy.c.deputy_id == person_id,
            deputy.c.principal_id.in_(there),
        ),
    )
    rows = await tx.execute(wanted.order_by(deputy.c.begins_at, deputy.c.id).limit(limit))
    return tuple(_deputy_of(row) for row in rows)


async def list_principals(tx: Tx, person_id: str, *, at: datetime) -> tuple[str, ...]:
    """Give the people for whom somebody acts now; one who is shut out has no deputy."""
    wanted = (
        sa.select(deputy.c.principal_id)
        .join(person, person.c.id == deputy.c.principal_id)
        .where(
            deputy.c.deputy_id == person_id,
            deputy.c.revoked_at.is_(None),
            deputy.c.begins_at <= at,
            deputy.c.ends_at > at,
            person.c.disabled_at.is_(None),
        )
        .order_by(deputy.c.principal_id)
    )
    return tuple(dict.fromkeys((await tx.execute(wanted)).scalars()))


@cache
def _select() -> sa.Select[Any]:
    principal, acting = person.alias("principal"), person.alias("acting")
    return (
        sa.select(deputy, principal.c.name.label("principal_name"), acting.c.name.label("deputy_name"))
        .join(principal, principal.c.id == deputy.c.principal_id)
        .join(acting, acting.c.id == deputy.c.deputy_id)
    )


def _deputy_of(row: sa.Row[Any]) -> Deputy:
    return Deputy(
        row.id, row.principal_id, row.deputy_id, row.begins_at, row.ends_at, row.reason, row.principal_name,
        row.deputy_name, row.revoked_at,
    )  # fmt: skip
