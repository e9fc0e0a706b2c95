"""Snapshots: the figures of a year, frozen, with a checksum over the ledger lines behind them.

Lines are never changed, so the lines of a snapshot are those of its organs and days that were written until
it was taken; a line found later belongs to the next one.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from server.store.ledger import Line
from server.store.ledger_tables import ledger
from server.store.lines_seen import LineSeen, lines_seen
from server.store.report_tables import snapshot
from server.store.rows import Taken, upsert
from server.store.statistics import lines_of, on_days
from server.store.tx import Tx

Side = Literal["added", "removed"]
_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """统计快照 of an organ with all below it; number 1 is the first, later ones say why they restate it."""

    id: str
    org_id: str
    year: int
    number: int
    org_ids: tuple[str, ...]
    figures: dict[str, Any]
    lines: int
    checksum: str
    reason: str | None
    taken_by: str | None
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a snapshot froze: a year of some organs, up to the day on which it was taken."""

    year: int
    number: int
    org_ids: tuple[str, ...]
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Seal:
    """How many lines a snapshot has, their checksum, and when the newest was written."""

    lines: int
    checksum: str
    newest: datetime | None


class Checksum:
    """The checksum of the lines of organs in a year, taken some days at a time.

    Lines are only ever added: while there are as many on some days as were taken of them, they are the same.
    """

    def __init__(self, org_ids: tuple[str, ...], year: int, until: datetime | None = None) -> None:
        """Begin with no line; of those written after `until` it takes none."""
        self.org_ids, self.year, self.lines = org_ids, year, 0
        self.last = date(year, 1, 1) - timedelta(days=1)
        """The last day whose lines it has; the one before the year while it has none."""
        self._until = until
        self._digest = hashlib.sha256()
        self._newest: datetime | None = None

    async def take(self, tx: Tx, last: date) -> None:
        """Take the lines of the days until `last` that it does not have yet."""
        if self.last >= last:
            return
        wanted = (
            sa.select(
                ledger.c.id, ledger.c.line, ledger.c.item_id, ledger.c.channel, ledger.c.org_id,
                ledger.c.kind, ledger.c.column, ledger.c.day, ledger.c.written_at,
            )
            .where(_holds(self.org_ids, self.last + timedelta(days=1), last, self._until))
            .order_by(ledger.c.day, ledger.c.id)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )  # fmt: skip
        async for *told, written_at in await tx.stream(wanted):
            self._digest.update("\t".join(str(value) for value in told).encode() + b"\n")
            self.lines, self._newest = self.lines + 1, max(written_at, self._newest or written_at)
        self.last = last

    def seal(self) -> Seal:
        """Give it as it stands."""
        return Seal(self.lines, self._digest.hexdigest(), self._newest)


async def insert_snapshot(tx: Tx, row: Snapshot) -> None:
    """Write a snapshot; raises Taken when its number is in use."""
    values = {name: getattr(row, name) for name in Snapshot.__slots__}
    statement = (
        upsert(tx, snapshot)
        .values(**{**values, "org_ids": list(row.org_ids)})
        .on_conflict_do_nothing(index_elements=["org_id", "year", "number"])
    )
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("snapshot", str(row.number))


async def list_snapshots(tx: Tx, org_id: str, year: int) -> tuple[Snapshot, ...]:
    """Give the snapshots of an organ's year, the first one first."""
    wanted = (
        sa.select(snapshot)
        .where(snapshot.c.org_id == org_id, snapshot.c.year == year)
        .order_by(snapshot.c.number)
    )
    return tuple(_snapshot_of(row) for row in await tx.execute(wanted))


async def list_frozen(tx: Tx, years: Collection[int], *, until: datetime) -> tuple[Frozen, ...]:
    """Give what the snapshots of some years froze that were taken until a moment, the first ones first."""
    columns = (snapshot.c.year, snapshot.c.number, snapshot.c.org_ids, snapshot.c.taken_at)
    wanted = sa.select(*columns).where(snapshot.c.year.in_(years), snapshot.c.taken_at <= until)
    found = await tx.execute(wanted.order_by(snapshot.c.number, snapshot.c.id))
    return tuple(Frozen(row.year, row.number, tuple(row.org_ids), row.taken_at) for row in found)


async def seal_lines(tx: Tx, org_ids: tuple[str, ...], year: int, until: datetime) -> Seal:
    """Count the lines of organs in a year written until a moment, and take their checksum."""
    checksum = Checksum(org_ids, year, until)
    await checksum.take(tx, date(year, 12, 31))
    return checksum.seal()


async def list_lines_of_snapshot(
    tx: Tx, frozen: Snapshot, *, after: tuple[date, str] | None, limit: int
) -> tuple[LineSeen, ...]:
    """Give the lines that a snapshot was taken from, oldest first, behind the one that `after` names."""
    held = _holds_of(frozen)
    if after is not None:
        behind = sa.or_(ledger.c.day > after[0], sa.and_(ledger.c.day == after[0], ledger.c.id > after[1]))
        held = sa.and_(held, behind)
    return await lines_seen(tx, held, limit)


async def list_differences(
    tx: Tx, older: Snapshot, newer: Snapshot, limit: int, *, only: tuple[str, Line] | None = None
) -> tuple[tuple[Side, LineSeen], ...]:
    """Give the lines that only one of two snapshots has, oldest first; `only` those behind a figure.

    A figure is of a channel and a kind of line; to what was counted belongs what was taken back of it.
    """
    first, second = _holds_of(older), _holds_of(newer)
    if only is not None:
        first, second = (
            sa.and_(held, ledger.c.channel == only[0], ledger.c.line.in_(lines_of(only[1])))
            for held in (first, second)
        )
    added = await lines_seen(tx, sa.and_(second, sa.not_(first)), limit)
    removed = await lines_seen(tx, sa.and_(first, sa.not_(second)), limit)
    return (*(("added", one) for one in added), *(("removed", one) for one in removed))


def _holds_of(frozen: Snapshot) -> sa.ColumnElement[bool]:
    start, end = date(frozen.year, 1, 1), date(frozen.year, 12, 31)
    return _holds(frozen.org_ids, start, end, frozen.taken_at)


def _holds(
    org_ids: tuple[str, ...], start: date, end: date, until: datetime | None
) -> sa.ColumnElement[bool]:
    held = [*on_days(start, end), ledger.c.org_id.in_(org_ids)]
    return sa.and_(*held) if until is None else sa.and_(*held, ledger.c.written_at <= until)


def _snapshot_of(row: sa.Row[Any]) -> Snapshot:
    return Snapshot(
        id=row.id,
        org_id=row.org_id,
        year=row.year,
        number=row.number,
        org_ids=tuple(row.org_ids),
        figures=row.figures,
        lines=row.lines,
        checksum=row.checksum,
        reason=row.reason,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
    )
