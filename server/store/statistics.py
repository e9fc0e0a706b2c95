"""Figures of a period and the lines behind them: what the ledger counts, read back by any of its sides.

Whole months are summed from counters that know every side, so that a year costs the same however long the
ledger is; the days before and behind them, half a month at most on either side, from the day counters, or
from their lines where an account or a topic is asked for.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, cast, get_args

import sqlalchemy as sa

from server.store.ledger import Line, is_standing
from server.store.ledger_tables import day_counter, ledger, month_counter
from server.store.lines_seen import LineSeen, see_lines
from server.store.months import days_in, month_after, months_between, rest_of_month
from server.store.tables import account, org
from server.store.tx import Tx
from server.store.words import COUNTED_AS, LINES, TAKEN_BACK

GroupBy = Literal["channel", "account", "org", "month", "kind", "column", "topic"]
GROUPS: Final = get_args(GroupBy)
_ON_LINES: Final = frozenset({"account", "topic"})


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is counted: days from `start` to `end`, both included, and of those what each value names.

    `until` leaves out lines that were written later, where a figure was frozen; counters do not know it.
    """

    start: date
    end: date
    org_ids: frozenset[str] | None = None
    kind: str | None = None
    columns: frozenset[str] | None = None
    topic: str | None = None
    until: datetime | None = None
    joint: frozenset[str] | None = None  # of joint releases those by some organs, as the ledger writes them


@dataclass(frozen=True, slots=True)
class Counter:
    """A sum over a period: `key` is the group (a channel, an org's code, 2017-05 …), `name` its name."""

    key: str
    name: str
    channel: str
    line: Line
    count: int


async def sum_figures(tx: Tx, sieve: Sieve, group_by: GroupBy) -> tuple[Counter, ...]:
    """Sum what was counted and withdrawn in a period, by group, channel and kind of line.

    What was taken back is subtracted from what was counted; what a snapshot had frozen is told beside it.
    """
    with_lines = group_by in _ON_LINES or sieve.topic is not None
    counted = sa.union_all(*_pieces(sieve, with_lines=with_lines)).subquery("counted")
    key, name = _group(counted, group_by)
    source: sa.FromClause = counted
    if group_by == "org":
        source = counted.join(org, org.c.id == counted.c.org_id)
    if group_by == "account":
        source = counted.join(account, account.c.id == counted.c.account_id)
    wanted = (
        sa.select(
            key.label("key"), name.label("name"), counted.c.channel, counted.c.line,
            sa.func.sum(counted.c.count).label("sum"),
        )
        .select_from(source)
        .group_by(key, name, counted.c.channel, counted.c.line)
        .order_by(key, counted.c.channel, counted.c.line)
    )  # fmt: skip
    found: defaultdict[tuple[str, str, str, Line], int] = defaultdict(int)
    for *of, line, many in await tx.execute(wanted):
        if line in TAKEN_BACK:
            found[*of, "counted"] -= int(many)
        if line != "moved":
            found[*of, line] += int(many)
    return tuple(Counter(*of, many) for of, many in found.items() if many)


async def count_lines(tx: Tx, sieve: Sieve) -> int:
    """Count the lines of every kind in a period, by the counters."""
    counted = sa.union_all(*_pieces(sieve, with_lines=False)).subquery("counted")
    return int((await tx.execute(sa.select(sa.func.coalesce(sa.func.sum(counted.c.count), 0)))).scalar_one())


async def count_lines_behind(
    tx: Tx, sieve: Sieve, *, channel: str, line: Line, account_slug: str | None
) -> int:
    """Count the lines that a figure counts, by the counters; `until` must be open, they do not know it.

    Nor do they know joint releases: these are few, and counted by their lines.
    """
    if sieve.joint is not None:
        held = [ledger.c.channel == channel, ledger.c.line.in_(lines_of(line)), *_within(ledger, sieve)]
        many = sa.select(sa.func.coalesce(sa.func.sum(signed_lines(line)), 0)).where(*held)
        return int((await tx.execute(many)).scalar_one())
    with_lines = sieve.topic is not None or account_slug is not None
    counted = sa.union_all(*_pieces(sieve, with_lines=with_lines)).subquery("counted")
    wanted = sa.select(sa.func.coalesce(sa.func.sum(signed(counted.c, line)), 0)).where(
        counted.c.channel == channel, counted.c.line.in_(lines_of(line))
    )
    if account_slug is not None:
        wanted = wanted.where(counted.c.account_id == _account_of(account_slug))
    return int((await tx.execute(wanted)).scalar_one())


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
    """Give the lines that a figure counts, oldest first, behind the one that `after` names.

    A counted line that was taken back stands behind no figure of what was counted.
    """
    if after is not None:
        # Said once: of two lower bounds SQLite takes the first for its index, and would begin at the oldest.
        sieve = replace(sieve, start=max(sieve.start, after[0]))
    page = sa.select(ledger.c.id).where(
        *_within(ledger, sieve), ledger.c.channel == channel, ledger.c.line == line
    )
    if line == "counted":
        page = page.where(is_standing(sieve.until))
    if account_slug is not None:
        page = page.where(ledger.c.account_id == _account_of(account_slug))
    if after is not None:
        # Not a row comparison: SQLite would take it for no bound on the index.
        page = page.where(
            sa.or_(ledger.c.day > after[0], sa.and_(ledger.c.day == after[0], ledger.c.id > after[1]))
        )
    if sieve.until is not None:
        page = page.where(ledger.c.written_at <= sieve.until)
    elif _is_sifted(sieve, account_slug):
        days = await _days_with_lines(
            tx, sieve, channel=channel, line=line, account_slug=account_slug, after=after, limit=limit
        )
        page = page.where(ledger.c.day.in_(days))
    # What is joined to a line is read for those of the page alone.
    return await see_lines(tx, page.order_by(ledger.c.day, ledger.c.id).limit(limit).subquery("page"))


async def _days_with_lines(
    tx: Tx,
    sieve: Sieve,
    *,
    channel: str,
    line: Line,
    account_slug: str | None,
    after: tuple[date, str] | None,
    limit: int,
) -> tuple[date, ...]:
    """Give the first days on which a figure has lines, until they are enough for a page.

    What is rare is so found without reading the lines between. Months say which organs have any, and the day
    counters of these say when; topics and accounts they do not know, so that more days are given.
    """
    lines = lines_of(line)
    of = [month_counter.c.channel == channel, month_counter.c.line.in_(lines), *sides(month_counter, sieve)]
    if account_slug is not None:
        of.append(month_counter.c.account_id == _account_of(account_slug))
    first, last = f"{sieve.start:%Y-%m}", f"{sieve.end:%Y-%m}"
    sums = (
        sa.select(month_counter.c.month, sa.func.sum(signed(month_counter.c, line)).label("sum"))
        .where(month_counter.c.month.between(first, last), *of)
        .group_by(month_counter.c.month)
        .order_by(month_counter.c.month)
    )
    # Of the first month any number may lie before the page.
    months = _enough(((row.month, row.sum) for row in await tx.execute(sums)), first, limit)
    orgs = sa.select(month_counter.c.org_id).where(month_counter.c.month.in_(months), *of).distinct()
    days = sa.select(day_counter.c.day, sa.func.sum(signed(day_counter.c, line)).label("sum")).where(
        day_counter.c.day.in_(_days_of(months, sieve)),
        day_counter.c.org_id.in_((await tx.execute(orgs)).scalars().all()),
        day_counter.c.channel == channel,
        day_counter.c.line.in_(lines),
        *sides(day_counter, replace(sieve, org_ids=None, topic=None)),
    )
    found = await tx.execute(days.group_by(day_counter.c.day).order_by(day_counter.c.day))
    counted = [(row.day, row.sum) for row in found]
    if sieve.topic is not None or account_slug is not None:
        return tuple(day for day, _sum in counted)
    return tuple(_enough(counted, after[0] if after else None, limit))


def lines_of(line: Line) -> tuple[Line, ...]:
    """Give the kinds of line that a figure is made of."""
    return ("counted", "moved", "restated") if line == "counted" else (line,)


def signed(counters: Any, line: Line) -> sa.ColumnElement[int]:
    """Give a counter as it goes into a figure: less what was taken back of what was counted."""
    if line != "counted":
        return cast("sa.ColumnElement[int]", counters.count)
    return sa.case((counters.line.in_(TAKEN_BACK), -counters.count), else_=counters.count)


def signed_lines(line: Line) -> sa.ColumnElement[int]:
    """Give a line of the ledger as it goes into a figure: less what was taken back of what was counted."""
    if line != "counted":
        return sa.literal(1)
    return sa.case((ledger.c.line.in_(TAKEN_BACK), -1), else_=1)


def _enough(counted: Iterable[tuple[Any, Any]], begun: Any, limit: int) -> list[Any]:
    """Take keys until their sums are enough, that of the key in which one begins left out."""
    taken, lines = [], 0
    for key, many in counted:
        if lines >= limit:
            break
        taken.append(key)
        lines += 0 if key == begun else int(many)
    return taken


def _days_of(months: Iterable[str], sieve: Sieve) -> list[date]:
    firsts = (date.fromisoformat(f"{month}-01") for month in months)
    days = (first + timedelta(n) for first in firsts for n in range((month_after(first) - first).days))
    return [day for day in days if sieve.start <= day <= sieve.end]


def _account_of(slug: str) -> sa.ScalarSelect[str]:
    return sa.select(account.c.id).where(account.c.slug == slug).scalar_subquery()


def on_days(start: date, end: date) -> list[sa.ColumnElement[bool]]:
    """Hold the ledger to some days by the one index that knows days, where any channel and line is wanted."""
    return [*_on_any_channel(ledger), ledger.c.day.between(start, end)]


def _on_any_channel(source: sa.Table) -> list[sa.ColumnElement[bool]]:
    """Name what an index begins with: without it SQLite would read the whole of it."""
    return [source.c.channel.in_((*COUNTED_AS, "item")), source.c.line.in_(LINES)]


def _pieces(sieve: Sieve, *, with_lines: bool) -> list[sa.Select[Any]]:
    """Give counts of whole months by their counters, and of what is left by days, or by lines.

    Of a month that is left for the greater part the other days are taken off: they are fewer.
    """
    pieces = []
    for start, end, is_whole in months_between(sieve.start, sieve.end):
        others = [] if is_whole else rest_of_month(start, end)
        if is_whole or sum(days_in(*one) for one in others) < days_in(start, end):
            pieces.append(_of_months(sieve, start, end))
            pieces += [_of_days(sieve, *one, with_lines=with_lines, sign=-1) for one in others]
        else:
            pieces.append(_of_days(sieve, start, end, with_lines=with_lines, sign=1))
    return pieces


def _of_months(sieve: Sieve, start: date, end: date) -> sa.Select[Any]:
    month = month_counter.c.month
    held = [*_on_any_channel(month_counter), month.between(f"{start:%Y-%m}", f"{end:%Y-%m}")]
    return _counts(month_counter, month, [*held, *sides(month_counter, sieve)], month_counter.c.count)


async def is_counted_under(tx: Tx, column: str) -> bool:
    """Say whether anything was ever counted under a column."""
    wanted = sa.select(day_counter.c.column).where(day_counter.c.column == column).limit(1)
    return (await tx.execute(wanted)).first() is not None


def _of_days(sieve: Sieve, start: date, end: date, *, with_lines: bool, sign: int) -> sa.Select[Any]:
    month = sa.literal(f"{start:%Y-%m}")
    if with_lines:
        return _counts(ledger, month, [*on_days(start, end), *sides(ledger, sieve)], sa.literal(sign))
    held = [day_counter.c.day.between(start, end), *sides(day_counter, sieve)]
    return _counts(day_counter, month, held, sign * day_counter.c.count)


def _counts(
    source: sa.Table,
    month: sa.ColumnElement[str],
    held: list[sa.ColumnElement[bool]],
    count: sa.ColumnElement[int],
) -> sa.Select[Any]:
    nothing = sa.literal("")
    return sa.select(
        month.label("month"), source.c.channel, source.c.line, source.c.org_id, source.c.kind,
        source.c.column,
        (nothing if source is day_counter else source.c.topic).label("topic"),
        (nothing if source is day_counter else source.c.account_id).label("account_id"),
        count.label("count"),
    ).where(*held)  # fmt: skip


def _is_sifted(sieve: Sieve, account_slug: str | None) -> bool:
    """Say whether lines are left out that stand between others in every index there is."""
    if sieve.joint is not None:
        return False
    of_several = sieve.org_ids is not None and len(sieve.org_ids) != 1
    return of_several or any(one is not None for one in (sieve.kind, sieve.columns, account_slug))


def _within(source: sa.Table, sieve: Sieve) -> list[sa.ColumnElement[bool]]:
    return [source.c.day.between(sieve.start, sieve.end), *sides(source, sieve)]


def sides(source: sa.Table, sieve: Sieve) -> list[sa.ColumnElement[bool]]:
    """Hold the ledger or its counters to all that a sieve names beside the days."""
    held: list[sa.ColumnElement[bool]] = []
    if sieve.org_ids is not None:
        held.append(source.c.org_id.in_(sieve.org_ids))
    if sieve.kind is not None:
        held.append(source.c.kind == sieve.kind)
    if sieve.columns is not None:
        held.append(source.c.column.in_(sieve.columns))
    if sieve.topic is not None:
        held.append(source.c.topic == sieve.topic)
        if source is ledger and sieve.topic:
            held.append(ledger.c.topic != sa.literal_column("''"))  # as the index of topics says it
    if sieve.joint is not None and source is ledger:
        held += [ledger.c.joint != sa.literal_column("''"), ledger.c.joint.in_(sieve.joint)]
    return held


def _group(counted: sa.Subquery, group_by: GroupBy) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    match group_by:
        case "org":
            return org.c.code, org.c.name
        case "account":
            return account.c.slug, account.c.name
        case "month" | "topic" | "channel" | "kind" | "column":
            return counted.c[group_by], counted.c[group_by]
