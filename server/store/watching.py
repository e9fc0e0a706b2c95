"""What a watch reads: when accounts and columns last showed something, and what is stuck or unreleased."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from server.store.ledger_tables import day_counter
from server.store.permission_tables import permission
from server.store.tables import account, delivery, followup, item, org, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class AccountHeard:
    """An account and when something was last shown on it; None: never."""

    id: str
    org_id: str
    channel: str
    slug: str
    name: str
    state: str
    settings: dict[str, str]
    created_at: datetime
    last_live_at: datetime | None
    permitted_until: datetime | None


@dataclass(frozen=True, slots=True)
class LastShown:
    """What an account showed last."""

    release_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Stuck:
    """A delivery that should have gone by now."""

    delivery_id: str
    release_id: str
    item_id: str
    org_id: str
    title: str
    account: str
    state: str
    gate: str | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Unreleased:
    """An item that was never public."""

    item_id: str
    org_id: str
    title: str
    formed_on: date


async def list_accounts_heard(
    tx: Tx, *, with_practice: bool = False, until: datetime | None = None
) -> tuple[AccountHeard, ...]:
    """Give every real account with its last moment of life; those of practice only where asked for.

    `until` gives those that there were at a moment, each as it was then.
    """
    shown = sa.select(sa.func.max(delivery.c.live_at)).where(delivery.c.account_id == account.c.id)
    last = (shown if until is None else shown.where(delivery.c.live_at < until)).scalar_subquery()
    wanted = sa.select(account, last.label("last_live_at"), permission.c.until).outerjoin(
        permission, permission.c.account_id == account.c.id
    )
    if not with_practice:
        wanted = wanted.where(~account.c.practice)
    if until is not None:
        wanted = wanted.where(account.c.created_at < until)
    rows = await tx.execute(wanted.order_by(account.c.slug))
    return tuple(
        AccountHeard(
            row.id,
            row.org_id,
            row.channel,
            row.slug,
            row.name,
            row.state,
            row.settings,
            row.created_at,
            row.last_live_at,
            row.until,
        )
        for row in rows
    )


async def list_last_shown(tx: Tx, account_ids: tuple[str, ...]) -> dict[str, LastShown]:
    """Give for each account what it showed last, by its id; one row of an index each."""
    newest = (
        sa.select(delivery.c.id)
        .where(delivery.c.account_id == account.c.id, delivery.c.live_at.is_not(None))
        .order_by(delivery.c.live_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        sa.select(delivery.c.account_id, delivery.c.release_id, revision.c.title)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .where(delivery.c.id.in_(sa.select(newest).where(account.c.id.in_(account_ids))))
    )
    return {row.account_id: LastShown(row.release_id, row.title) for row in await tx.execute(wanted)}


async def count_live_since(tx: Tx, account_ids: tuple[str, ...], since: datetime) -> dict[str, int]:
    """Give how many deliveries each account has shown since a moment."""
    wanted = (
        sa.select(delivery.c.account_id, sa.func.count().label("number"))
        .where(delivery.c.account_id.in_(account_ids), delivery.c.live_at >= since)
        .group_by(delivery.c.account_id)
    )
    return {row.account_id: row.number for row in await tx.execute(wanted)}


async def last_days_of_columns(tx: Tx) -> dict[str, date]:
    """Give for each column the last day on which an item was first shown in it."""
    wanted = (
        sa.select(day_counter.c.column, sa.func.max(day_counter.c.day))
        .where(day_counter.c.channel == "item", day_counter.c.line == "counted")
        .group_by(day_counter.c.column)
    )
    return {row[0]: row[1] for row in await tx.execute(wanted)}


async def list_orgs_that_showed(tx: Tx, columns: frozenset[str], start: date, end: date) -> frozenset[str]:
    """Give the organs with an item first shown in one of the columns within a period."""
    wanted = (
        sa.select(day_counter.c.org_id)
        .where(
            day_counter.c.channel == "item",
            day_counter.c.line == "counted",
            day_counter.c.column.in_(columns),
            day_counter.c.day.between(start, end),
        )
        .distinct()
    )
    return frozenset((await tx.execute(wanted)).scalars())


async def list_org_tree(tx: Tx) -> tuple[tuple[str, str, str | None], ...]:
    """Give every organ: id, name and what stands above it."""
    rows = await tx.execute(sa.select(org.c.id, org.c.name, org.c.parent_id).order_by(org.c.code))
    return tuple((row.id, row.name, row.parent_id) for row in rows)


async def list_stuck(tx: Tx, *, since: datetime, limit: int) -> tuple[Stuck, ...]:
    """Give what should have gone before a moment and has not, longest overdue first."""
    waiting = sa.and_(delivery.c.state == "waiting", delivery.c.gate.in_(("time", "slot", "check", "quota")))
    due = sa.func.coalesce(delivery.c.due_at, delivery.c.changed_at)
    wanted = (
        sa.select(
            delivery.c.id,
            delivery.c.release_id,
            delivery.c.item_id,
            delivery.c.state,
            delivery.c.gate,
            due.label("due_at"),
            item.c.org_id,
            revision.c.title,
            account.c.slug,
        )
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == delivery.c.item_id)
        .join(account, account.c.id == delivery.c.account_id)
        .where(sa.or_(waiting, delivery.c.state.in_(("ready", "retry_wait"))), due <= since, ~item.c.practice)
        .order_by(due, delivery.c.id)
        .limit(limit)
    )
    rows: Any = await tx.execute(wanted)
    return tuple(_stuck_of(row) for row in rows)


async def list_unreleased(tx: Tx, *, limit: int) -> tuple[Unreleased, ...]:
    """Give items that were never public, are meant to be and say when they were formed, oldest first."""
    newest = (
        sa.select(sa.func.max(revision.c.number))
        .where(revision.c.item_id == item.c.id)
        .correlate(item)
        .scalar_subquery()
    )
    wanted = (
        sa.select(item.c.id, item.c.org_id, revision.c.title, revision.c.sheet)
        .join(revision, sa.and_(revision.c.item_id == item.c.id, revision.c.number == newest))
        .where(
            item.c.published_at.is_(None),
            item.c.withdrawn_at.is_(None),
            ~item.c.practice,
            # Asked here and not of the rows: any number of drafts without a day must hide none that has one.
            revision.c.sheet["openness"].as_string() == "open",
            sa.func.coalesce(revision.c.sheet["formed_on"].as_string(), "") != "",
        )
        .order_by(item.c.created_at)
        .limit(limit)
    )
    return tuple(
        Unreleased(row.id, row.org_id, row.title, date.fromisoformat(row.sheet["formed_on"]))
        for row in await tx.execute(wanted)
    )


async def list_orphans(tx: Tx, *, limit: int) -> tuple[tuple[str, str, str, str], ...]:
    """Give live interpretations of withdrawn documents: interpretation, source, organ, source's title."""
    live = sa.exists().where(
        delivery.c.item_id == followup.c.interpretation_id,
        delivery.c.channel == "website",
        delivery.c.state == "live",
    )
    newest = (
        sa.select(revision.c.title)
        .where(revision.c.item_id == followup.c.source_id)
        .order_by(revision.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = (
        sa.select(followup.c.interpretation_id, followup.c.source_id, item.c.org_id, newest.label("title"))
        .join(item, item.c.id == followup.c.source_id)
        .where(item.c.withdrawn_at.is_not(None), live, ~item.c.practice)
        .order_by(followup.c.interpretation_id, followup.c.source_id)
        .limit(limit)
    )
    rows = await tx.execute(wanted)
    return tuple((row.interpretation_id, row.source_id, row.org_id, row.title) for row in rows)


def _stuck_of(row: sa.Row[Any]) -> Stuck:
    return Stuck(
        delivery_id=row.id,
        release_id=row.release_id,
        item_id=row.item_id,
        org_id=row.org_id,
        title=row.title,
        account=row.slug,
        state=row.state,
        gate=row.gate,
        due_at=row.due_at,
    )
