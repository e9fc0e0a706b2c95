"""What a calendar reads: what is planned within a period, and how much was shown on each of its days."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from server.store.ledger_tables import day_counter
from server.store.practice import shown_title
from server.store.statistics import lines_of, signed
from server.store.tables import account, delivery, item, org, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """A delivery that waits, with what a person knows its item by; `due_at` None while no moment is known."""

    release_id: str
    item_id: str
    kind: str
    org_id: str
    org_name: str
    title: str
    release_state: str
    not_before: datetime | None
    channel: str
    account: str
    gate: str
    due_at: datetime | None


async def list_planned_between(
    tx: Tx, org_ids: frozenset[str], start: datetime, end: datetime, *, limit: int
) -> tuple[PlannedLeg, ...]:
    """Give what waits for its time within a period (the end not included), earliest first."""
    wanted = _planned(org_ids).where(
        delivery.c.state == "waiting",
        delivery.c.gate.in_(("time", "slot", "check")),
        delivery.c.due_at >= start,
        delivery.c.due_at < end,
    )
    rows = await tx.execute(wanted.order_by(delivery.c.due_at, delivery.c.id).limit(limit))
    return tuple(_leg_of(row) for row in rows)


async def list_waiting_for_source(tx: Tx, org_ids: frozenset[str], *, limit: int) -> tuple[PlannedLeg, ...]:
    """Give the pages that wait until the page of another item is live."""
    wanted = _planned(org_ids).where(
        delivery.c.state == "waiting",
        delivery.c.due_at.is_(None),  # for the index: those that wait for a time are many
        delivery.c.gate == "source_live",
    )
    rows = await tx.execute(wanted.order_by(delivery.c.id).limit(limit))
    return tuple(_leg_of(row) for row in rows)


async def count_shown(tx: Tx, org_ids: frozenset[str], first: date, last: date) -> dict[date, int]:
    """Give how many items were first shown on each day of a period that had any."""
    wanted = (
        sa.select(day_counter.c.day, sa.func.sum(signed(day_counter.c, "counted")))
        .where(
            day_counter.c.day.between(first, last),
            day_counter.c.channel == "item",
            day_counter.c.line.in_(lines_of("counted")),
            day_counter.c.org_id.in_(org_ids),
        )
        .group_by(day_counter.c.day)
    )
    return {row[0]: int(row[1]) for row in await tx.execute(wanted) if row[1]}


def _planned(org_ids: frozenset[str]) -> sa.Select[Any]:
    return (
        sa.select(
            delivery.c.release_id, delivery.c.item_id, item.c.kind, item.c.org_id,
            org.c.name.label("org_name"), shown_title(), release.c.state.label("release_state"),
            release.c.not_before,
            delivery.c.channel, account.c.slug, delivery.c.gate, delivery.c.due_at,
        )
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == delivery.c.item_id)
        .join(org, org.c.id == item.c.org_id)
        .join(account, account.c.id == delivery.c.account_id)
        .where(item.c.org_id.in_(org_ids))
    )  # fmt: skip


def _leg_of(row: sa.Row[Any]) -> PlannedLeg:
    return PlannedLeg(
        release_id=row.release_id,
        item_id=row.item_id,
        kind=row.kind,
        org_id=row.org_id,
        org_name=row.org_name,
        title=row.title,
        release_state=row.release_state,
        not_before=row.not_before,
        channel=row.channel,
        account=row.slug,
        gate=row.gate,
        due_at=row.due_at,
    )
