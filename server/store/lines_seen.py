"""Ledger lines as people look at them: each with what it published, on which account, and what proves it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from server.store.ledger import Line
from server.store.ledger_tables import ledger
from server.store.tables import account, delivery, evidence, item, org, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A ledger line with what proves it: the page's link, the platform's id, or the evidence of a person."""

    id: str
    day: date
    line: Line
    channel: str
    item_id: str
    index_number: str
    title: str
    org_code: str
    org_name: str
    kind: str
    column: str
    account: str
    account_name: str
    link: str | None
    platform_id: str | None
    live_at: datetime | None
    shown_at: str | None
    shown_by: str | None
    reason: str | None


async def lines_seen(tx: Tx, held: sa.ColumnElement[bool], limit: int) -> tuple[LineSeen, ...]:
    """Give the lines for which something holds, oldest first."""
    wanted = _lines(_columns()).where(held)
    wanted = wanted.order_by(ledger.c.day, ledger.c.id).limit(limit)
    return tuple(_line_of(row) for row in await tx.execute(wanted))


async def see_lines(tx: Tx, ids: sa.Subquery) -> tuple[LineSeen, ...]:
    """Give the lines with some ids, oldest first."""
    # Beginning with these: PostgreSQL keeps to the order in which so many tables are named.
    wanted = _lines(_columns(), ids.join(ledger, ledger.c.id == ids.c.id))
    wanted = wanted.order_by(ledger.c.day, ledger.c.id)
    return tuple(_line_of(row) for row in await tx.execute(wanted))


def _lines(wanted: sa.Select[Any], lines: sa.FromClause = ledger) -> sa.Select[Any]:
    """Join a ledger line to its org, its delivery and account, and to what it published."""
    return wanted.select_from(
        lines.join(org, org.c.id == ledger.c.org_id)
        .join(delivery, delivery.c.id == ledger.c.delivery_id)
        .join(account, account.c.id == delivery.c.account_id)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == ledger.c.item_id)
        .outerjoin(evidence, evidence.c.delivery_id == delivery.c.id)
    )


def _columns() -> sa.Select[Any]:
    return sa.select(
        ledger.c.id,
        ledger.c.day,
        ledger.c.line,
        ledger.c.channel,
        ledger.c.item_id,
        item.c.index_number,
        revision.c.title,
        org.c.code.label("org_code"),
        org.c.name.label("org_name"),
        ledger.c.kind,
        ledger.c.column,
        account.c.slug,
        account.c.name.label("account_name"),
        delivery.c.link,
        delivery.c.platform_id,
        delivery.c.live_at,
        evidence.c.place,
        evidence.c.shown_by,
        ledger.c.reason,
    )


def _line_of(row: sa.Row[Any]) -> LineSeen:
    return LineSeen(
        id=row.id,
        day=row.day,
        line=row.line,
        channel=row.channel,
        item_id=row.item_id,
        index_number=row.index_number,
        title=row.title,
        org_code=row.org_code,
        org_name=row.org_name,
        kind=row.kind,
        column=row.column,
        account=row.slug,
        account_name=row.account_name,
        link=row.link,
        platform_id=row.platform_id,
        live_at=row.live_at,
        shown_at=row.place,
        shown_by=row.shown_by,
        reason=row.reason,
    )
