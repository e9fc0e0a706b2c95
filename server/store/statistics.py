"""Figures of a period and the lines behind them: what the ledger counts, read back by any of its sides.

Day counters answer whatever they have a column for, so that a year costs the same however long the ledger is;
accounts and topics stand only on the lines and are counted there.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

import sqlalchemy as sa

from server.store.ledger import Line
from server.store.tables import (
    account,
    day_counter,
    delivery,
    evidence,
    item,
    ledger,
    org,
    release,
    revision,
)
from server.store.tx import Tx

GroupBy = Literal["channel", "account", "org", "month", "kind", "column", "topic"]
GROUPS: Final = get_args(GroupBy)
_ON_LINES: Final = frozenset({"account", "topic"})


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is counted: days from `start` to `end`, both included, and of those what each value names."""

    start: date
    end: date
    org_ids: frozenset[str] | None = None
    kind: str | None = None
    column: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """A sum over a period: `key` is the group (a channel, an org's code, 2017-05 …), `name` its name."""

    key: str
    name: str
    channel: str
    line: Line
    count: int


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
    link: str | None
    platform_id: str | None
    live_at: datetime | None
    shown_at: str | None
    shown_by: str | None
    reason: str | None


async def sum_figures(tx: Tx, sieve: Sieve, group_by: GroupBy) -> tuple[Counter, ...]:
    """Sum what was counted and withdrawn in a period, by group, channel and kind of line."""
    if group_by in _ON_LINES or sieve.topic is not None:
        source: sa.Table = ledger
        wanted = _lines(sa.select(), sieve, with_topic=sieve.topic is not None or group_by == "topic")
        number: sa.ColumnElement[int] = sa.func.count()
    else:
        source = day_counter
        wanted = sa.select().select_from(day_counter.join(org, org.c.id == day_counter.c.org_id))
        number = sa.func.sum(day_counter.c.count)
    key, name = _group(tx, source, group_by)
    wanted = (
        wanted.add_columns(
            key.label("key"), name.label("name"), source.c.channel, source.c.line, number.label("sum")
        )
        .where(*_within(source, sieve))
        .group_by(key, name, source.c.channel, source.c.line)
        .order_by(key, source.c.channel, source.c.line)
    )
    return tuple(
        Counter(row.key, row.name, row.channel, row.line, int(row.sum)) for row in await tx.execute(wanted)
    )


async def list_lines_behind(
    tx: Tx,
    sieve: Sieve,
    *,
    channel: str,
    line: Line,
    account_slug: str | None,
    after: tuple[date, str] | None,
    limit: int,
) -> tuple[LineSeen, ...]:
    """Give the lines that a figure counts, oldest first, behind the one that `after` names."""
    wanted = _lines(_columns(), sieve, with_topic=True).where(
        *_within(ledger, sieve), ledger.c.channel == channel, ledger.c.line == line
    )
    if account_slug is not None:
        wanted = wanted.where(account.c.slug == account_slug)
    if after is not None:
        day, last = after
        # Not a row comparison: SQLite would take it for no bound on the index.
        wanted = wanted.where(
            ledger.c.day >= day, sa.or_(ledger.c.day > day, sa.and_(ledger.c.day == day, ledger.c.id > last))
        )
    wanted = wanted.order_by(ledger.c.day, ledger.c.id).limit(limit)
    return tuple(_line_of(row) for row in await tx.execute(wanted))


async def lines_seen(tx: Tx, held: sa.ColumnElement[bool], limit: int) -> tuple[LineSeen, ...]:
    """Give the lines for which something holds, oldest first."""
    wanted = _lines(_columns(), None, with_topic=True).where(held)
    wanted = wanted.order_by(ledger.c.day, ledger.c.id).limit(limit)
    return tuple(_line_of(row) for row in await tx.execute(wanted))


def _lines(wanted: sa.Select[Any], sieve: Sieve | None, *, with_topic: bool) -> sa.Select[Any]:
    """Join a ledger line to its org, its delivery and account, and where asked to what it published."""
    joined = (
        ledger.join(org, org.c.id == ledger.c.org_id)
        .join(delivery, delivery.c.id == ledger.c.delivery_id)
        .join(account, account.c.id == delivery.c.account_id)
    )
    if with_topic:
        joined = (
            joined.join(release, release.c.id == delivery.c.release_id)
            .join(revision, revision.c.id == release.c.revision_id)
            .join(item, item.c.id == ledger.c.item_id)
            .outerjoin(evidence, evidence.c.delivery_id == delivery.c.id)
        )
    wanted = wanted.select_from(joined)
    if sieve is not None and sieve.topic is not None:
        wanted = wanted.where(_topic() == sieve.topic)
    return wanted


def _within(source: sa.Table, sieve: Sieve) -> list[sa.ColumnElement[bool]]:
    held: list[sa.ColumnElement[bool]] = [source.c.day.between(sieve.start, sieve.end)]
    if sieve.org_ids is not None:
        held.append(source.c.org_id.in_(sieve.org_ids))
    if sieve.kind is not None:
        held.append(source.c.kind == sieve.kind)
    if sieve.column is not None:
        held.append(source.c.column == sieve.column)
    return held


def _group(
    tx: Tx, source: sa.Table, group_by: GroupBy
) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    match group_by:
        case "month":
            if tx.dialect.name == "postgresql":
                month: sa.ColumnElement[str] = sa.func.to_char(source.c.day, "YYYY-MM")
            else:
                month = sa.func.strftime("%Y-%m", source.c.day)
            return month, month
        case "org":
            return org.c.code, org.c.name
        case "account":
            return account.c.slug, account.c.name
        case "topic":
            return _topic(), _topic()
        case "channel" | "kind" | "column":
            return source.c[group_by], source.c[group_by]


def _topic() -> sa.ColumnElement[str]:
    return sa.func.coalesce(revision.c.sheet["topic"].as_string(), "")


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
        link=row.link,
        platform_id=row.platform_id,
        live_at=row.live_at,
        shown_at=row.place,
        shown_by=row.shown_by,
        reason=row.reason,
    )
