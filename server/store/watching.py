"""What a watch reads: when accounts and columns last showed something, and what is stuck or unreleased."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from server.store.ledger_tables import day_counter
from server.store.permission_tables import permission
from server.store.rows import in_turn
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
    shown = sa.select(sa.func.max(delivery.c.live_at)).where(
        delivery.c.account_id == account.c.id,
        delivery.c.live_at.is_not(None),  # as its index has it
    )
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


async def list_stuck(tx: Tx, *, since: datetime, org_ids: frozenset[str], limit: int) -> tuple[Stuck, ...]:
    """Give what should have gone before a moment at some organs and has not, longest overdue first."""
    wanted = _stuck(since).where(item.c.org_id.in_(org_ids)).order_by(_DUE, delivery.c.id).limit(limit)
    return tuple(_stuck_of(row) for row in await tx.execute(wanted))


async def list_stuck_longest(tx: Tx, *, since: datetime) -> tuple[tuple[Stuck, int], ...]:
    """Give for each organ with something stuck what is stuck longest, and how much there is."""
    organ = item.c.org_id
    turn = sa.func.row_number().over(partition_by=organ, order_by=(_DUE, delivery.c.id)).label("turn")
    number = sa.func.count().over(partition_by=organ).label("number")
    ranked = _stuck(since).add_columns(turn, number).subquery()
    wanted = sa.select(ranked).where(ranked.c.turn == 1).order_by(ranked.c.due_at, ranked.c.org_id)
    return tuple((_stuck_of(row), row.number) for row in await tx.execute(wanted))


async def count_stuck(
    tx: Tx, *, since: datetime, org_ids: frozenset[str] | None = None
) -> tuple[int, datetime | None]:
    """Give how much is stuck at some organs or at all, and since when the longest."""
    stuck = _stuck(since)
    if org_ids is not None:
        stuck = stuck.where(item.c.org_id.in_(org_ids))
    found = stuck.subquery()
    row = (await tx.execute(sa.select(sa.func.count(), sa.func.min(found.c.due_at)).select_from(found))).one()
    return row[0], row[1]


async def list_stuck_releases(tx: Tx, *, since: datetime, after: str, limit: int) -> tuple[str, ...]:
    """Give the releases behind `after` with something stuck, in the order of their ids."""
    stuck = _stuck(since).where(delivery.c.release_id > after).subquery()
    wanted = sa.select(stuck.c.release_id).distinct().order_by(stuck.c.release_id).limit(limit)
    return tuple((await tx.execute(wanted)).scalars())


_DUE: Final = sa.func.coalesce(delivery.c.due_at, delivery.c.changed_at)


def _stuck(since: datetime) -> sa.Select[Any]:
    waiting = sa.and_(delivery.c.state == "waiting", delivery.c.gate.in_(("time", "slot", "check", "quota")))
    return (
        sa.select(
            delivery.c.id,
            delivery.c.release_id,
            delivery.c.item_id,
            delivery.c.state,
            delivery.c.gate,
            _DUE.label("due_at"),
            item.c.org_id,
            revision.c.title,
            account.c.slug,
        )
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == delivery.c.item_id)
        .join(account, account.c.id == delivery.c.account_id)
        .where(
            sa.or_(waiting, delivery.c.state.in_(("ready", "retry_wait"))), since >= _DUE, ~item.c.practice
        )
    )


async def list_unreleased(
    tx: Tx, *, limit: int, org_ids: frozenset[str] | None = None, formed: tuple[date, date] | None = None
) -> tuple[Unreleased, ...]:
    """Give items that were never public, are meant to be and say when they were formed.

    Of all organs in turn, longest formed first; `org_ids` keeps to some, `formed` to those formed within a
    period, both days included.
    """
    formed_on = revision.c.sheet["formed_on"].as_string()
    newest = (
        sa.select(sa.func.max(revision.c.number))
        .where(revision.c.item_id == item.c.id)
        .correlate(item)
        .scalar_subquery()
    )
    wanted = (
        sa.select(item.c.id, item.c.org_id, revision.c.title, formed_on.label("formed_on"))
        .join(revision, sa.and_(revision.c.item_id == item.c.id, revision.c.number == newest))
        .where(
            item.c.published_at.is_(None),
            item.c.withdrawn_at.is_(None),
            ~item.c.practice,
            # Asked here and not of the rows: any number of drafts without a day must hide none that has one.
            revision.c.sheet["openness"].as_string() == "open",
            sa.func.coalesce(formed_on, "") != "",
        )
    )
    if org_ids is not None:
        wanted = wanted.where(item.c.org_id.in_(org_ids))
    if formed is not None:
        wanted = wanted.where(formed_on.between(*(day.isoformat() for day in formed)))
    return tuple(
        Unreleased(row.id, row.org_id, row.title, date.fromisoformat(row.formed_on))
        for row in await tx.execute(in_turn(wanted, item.c.org_id, formed_on, item.c.id, limit=limit))
    )


async def list_orphans(tx: Tx, *, limit: int) -> tuple[tuple[str, str, str, str], ...]:
    """Give live interpretations of withdrawn documents: interpretation, source, organ, source's title.

    Of all organs in turn.
    """
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
    )
    order = (followup.c.interpretation_id, followup.c.source_id)
    rows = await tx.execute(in_turn(wanted, item.c.org_id, *order, limit=limit))
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
