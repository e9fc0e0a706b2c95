"""Obligations: documents that must be interpreted, by when, and whether they are."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from channels.item import Org
from server.store.clock_tables import link_check, obligation
from server.store.rows import NotThere, in_turn, upsert
from server.store.tables import delivery, followup, item, org, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Obligation:
    """A document's term: `held` while no reader can see it, `met_at` once an interpretation is live."""

    source_id: str
    org_id: str
    live_on: date
    due_on: date
    is_provisional: bool
    held: bool
    met_at: datetime | None
    met_by: str | None
    likeness: int | None  # how much of the interpretation stands in the document, in per cent
    waived_at: datetime | None
    waived_reason: str | None


@dataclass(frozen=True, slots=True)
class ObligationSeen:
    """An obligation with what a person knows the document by, and whether the pages link both ways."""

    obligation: Obligation
    org: Org
    title: str
    interpretations: int  # bound to it, live or not
    is_linked: bool


async def insert_obligation(tx: Tx, row: Obligation, *, at: datetime) -> bool:
    """Open an obligation unless the document has one; say whether it was opened."""
    statement = (
        upsert(tx, obligation)
        .values(
            source_id=row.source_id,
            org_id=row.org_id,
            live_on=row.live_on,
            due_on=row.due_on,
            is_provisional=row.is_provisional,
            held=row.held,
            opened_at=at,
        )
        .on_conflict_do_nothing(index_elements=["source_id"])
    )
    return (await tx.execute(statement)).rowcount == 1


async def find_obligation(tx: Tx, source_id: str) -> Obligation | None:
    """Give the obligation of a document."""
    row = (await tx.execute(sa.select(obligation).where(obligation.c.source_id == source_id))).one_or_none()
    return None if row is None else _obligation_of(row)


async def set_held(tx: Tx, source_id: str, *, held: bool) -> None:
    """Note whether readers can see the document."""
    await tx.execute(obligation.update().where(obligation.c.source_id == source_id).values(held=held))


async def set_met(
    tx: Tx, source_id: str, met_at: datetime | None, met_by: str | None, likeness: int | None
) -> None:
    """Note by which interpretation and when it was met; None when it no longer is."""
    await tx.execute(
        obligation.update()
        .where(obligation.c.source_id == source_id)
        .values(met_at=met_at, met_by=met_by, likeness=likeness)
    )


async def set_due(tx: Tx, source_id: str, due_on: date, *, is_provisional: bool) -> None:
    """Move the term of an obligation: the calendar has changed."""
    await tx.execute(
        obligation.update()
        .where(obligation.c.source_id == source_id)
        .values(due_on=due_on, is_provisional=is_provisional)
    )


async def waive_obligation(tx: Tx, source_id: str, reason: str, *, by: str, at: datetime) -> None:
    """Write down that a document need not be interpreted; raises NotThere when it has no obligation."""
    moved = await tx.execute(
        obligation.update()
        .where(obligation.c.source_id == source_id)
        .values(waived_at=at, waived_by=by, waived_reason=reason)
    )
    if moved.rowcount != 1:
        raise NotThere("obligation", source_id)


async def list_open_obligations(tx: Tx, after: str, limit: int) -> tuple[Obligation, ...]:
    """Give the obligations behind `after` that are neither met nor waived, in order of their documents."""
    wanted = (
        sa.select(obligation)
        .where(_IS_OPEN, obligation.c.source_id > after)
        .order_by(obligation.c.source_id)
        .limit(limit)
    )
    return tuple(_obligation_of(row) for row in await tx.execute(wanted))


async def list_obligations_due(tx: Tx, until: date, limit: int) -> tuple[ObligationSeen, ...]:
    """Give what is open, not held and due on or before a day; of all organs in turn, earliest first."""
    wanted = _seen().where(_IS_OPEN, obligation.c.held.is_(False), obligation.c.due_on <= until)
    order = (obligation.c.due_on, obligation.c.source_id)
    rows = await tx.execute(in_turn(wanted, obligation.c.org_id, *order, limit=limit))
    return tuple(_seen_of(row) for row in rows)


async def list_obligations_between(
    tx: Tx, org_ids: frozenset[str], first: date, last: date, *, limit: int
) -> tuple[ObligationSeen, ...]:
    """Give what is open, not held and due within a period, both days included, earliest first."""
    wanted = _seen().where(
        _IS_OPEN,
        obligation.c.held.is_(False),
        obligation.c.due_on.between(first, last),
        obligation.c.org_id.in_(org_ids),
    )
    rows = await tx.execute(wanted.order_by(obligation.c.due_on, obligation.c.source_id).limit(limit))
    return tuple(_seen_of(row) for row in rows)


async def list_obligations(
    tx: Tx, start: date, end: date, org_ids: frozenset[str] | None, *, limit: int
) -> tuple[ObligationSeen, ...]:
    """Give the obligations of documents that went live in a period, both days included, oldest first."""
    wanted = _seen().where(obligation.c.live_on.between(start, end))
    if org_ids is not None:
        wanted = wanted.where(obligation.c.org_id.in_(org_ids))
    rows = await tx.execute(wanted.order_by(obligation.c.live_on, obligation.c.source_id).limit(limit))
    return tuple(_seen_of(row) for row in rows)


async def first_live_interpretation(tx: Tx, source_id: str) -> tuple[str, datetime] | None:
    """Give the interpretation of a document that has been live longest, and since when."""
    wanted = (
        sa.select(delivery.c.item_id, sa.func.min(delivery.c.live_at).label("since"))
        .join(followup, followup.c.interpretation_id == delivery.c.item_id)
        .where(
            followup.c.source_id == source_id,
            delivery.c.channel == "website",
            delivery.c.state.in_(("live", "replaced")),
        )
        .group_by(delivery.c.item_id)
        # A page that only was replaced and then withdrawn is nobody's interpretation.
        .having(sa.func.count(sa.case((delivery.c.state == "live", 1))) > 0)
        .order_by("since", delivery.c.item_id)
        .limit(1)
    )
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else (row.item_id, row.since)


_IS_OPEN = sa.and_(obligation.c.met_at.is_(None), obligation.c.waived_at.is_(None))


def _seen() -> sa.Select[Any]:
    newest = (
        sa.select(revision.c.title)
        .where(revision.c.item_id == obligation.c.source_id)
        .order_by(revision.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    bound = sa.select(sa.func.count()).where(followup.c.source_id == obligation.c.source_id).scalar_subquery()
    linked = sa.exists().where(
        link_check.c.source_id == obligation.c.source_id,
        link_check.c.both_live.is_(True),
        link_check.c.forward.is_(True),
        link_check.c.backward.is_(True),
    )
    return (
        sa.select(
            obligation,
            org.c.code.label("org_code"),
            org.c.name.label("org_name"),
            newest.label("title"),
            bound.label("interpretations"),
            linked.label("is_linked"),
        )
        .join(item, item.c.id == obligation.c.source_id)
        .join(org, org.c.id == obligation.c.org_id)
    )


def _seen_of(row: sa.Row[Any]) -> ObligationSeen:
    made = Org(id=row.org_id, code=row.org_code, name=row.org_name)
    return ObligationSeen(_obligation_of(row), made, row.title, row.interpretations, row.is_linked)


def _obligation_of(row: sa.Row[Any]) -> Obligation:
    return Obligation(
        source_id=row.source_id,
        org_id=row.org_id,
        live_on=row.live_on,
        due_on=row.due_on,
        is_provisional=row.is_provisional,
        held=row.held,
        met_at=row.met_at,
        met_by=row.met_by,
        likeness=row.likeness,
        waived_at=row.waived_at,
        waived_reason=row.waived_reason,
    )
