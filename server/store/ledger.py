"""The ledger and its day counters, always written together; lines are never changed or deleted.

A `counted` line is the *first* time an item was live on a channel, and one more says `item` for the first
time anywhere: an item belongs to the period of its first-live day (DESIGN §6).
"""

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.rows import rows_given, upsert
from server.store.tables import day_counter, ledger
from server.store.tx import Tx

Line = Literal["counted", "withdrawn", "reinstated", "restated"]

_KEY = ("day", "org_id", "channel", "kind", "column", "line")
_NAMES = tuple(column.name for column in ledger.c)
_CounterKey = tuple[date, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """台账 line; `channel` is what it counts as, or `item`; `day` is a date in Asia/Shanghai."""

    id: str
    line: Line
    item_id: str
    channel: str
    org_id: str
    kind: str
    column: str
    day: date
    delivery_id: str
    written_at: datetime
    reason: str | None = None


async def append(tx: Tx, entry: Entry) -> bool:
    """Append a line and raise its day counter; a `counted` line that stands already adds nothing."""
    statement = upsert(tx, ledger).values(
        id=entry.id,
        line=entry.line,
        item_id=entry.item_id,
        channel=entry.channel,
        org_id=entry.org_id,
        kind=entry.kind,
        column=entry.column,
        day=entry.day,
        delivery_id=entry.delivery_id,
        written_at=entry.written_at,
        reason=entry.reason,
    )
    if entry.line == "counted":
        statement = statement.on_conflict_do_nothing(
            index_elements=["item_id", "channel"], index_where=sa.text("line = 'counted'")
        )
    if (await tx.execute(statement)).rowcount != 1:
        return False
    await _raise_counters(tx, {_key_of(entry): 1})
    return True


async def append_first_live(tx: Tx, entries: tuple[Entry, ...]) -> frozenset[str]:
    """Append `counted` lines and raise their counters; give the ids of those that were the first."""
    columns = tuple(ledger.c)
    given = rows_given(tx, columns, ({name: getattr(entry, name) for name in _NAMES} for entry in entries))
    first = (
        upsert(tx, ledger)
        # SQLite takes ON CONFLICT for a join's ON where the SELECT has no WHERE.
        .from_select(_NAMES, sa.select(*(given.c[name] for name in _NAMES)).where(sa.true()))
        .on_conflict_do_nothing(
            index_elements=["item_id", "channel"], index_where=sa.text("line = 'counted'")
        )
        .returning(ledger.c.id)
    )
    written = frozenset((await tx.execute(first)).scalars())
    await _raise_counters(tx, Tally(_key_of(entry) for entry in entries if entry.id in written))
    return written


def _key_of(entry: Entry) -> _CounterKey:
    return (entry.day, entry.org_id, entry.channel, entry.kind, entry.column, entry.line)


async def _raise_counters(tx: Tx, more: Mapping[_CounterKey, int]) -> None:
    """Raise counters, in the order of their keys: two transactions must not wait for each other's."""
    if not more:
        return
    statement = upsert(tx, day_counter)
    raised = statement.on_conflict_do_update(
        index_elements=list(_KEY), set_={"count": day_counter.c.count + statement.excluded.count}
    )
    rows = [{**dict(zip(_KEY, key, strict=True)), "count": more[key]} for key in sorted(more)]
    await tx.execute(raised, rows)


async def newest_line(tx: Tx, item_id: str, channel: str) -> str | None:
    """Give what the newest line of an item on a channel says."""
    wanted = (
        sa.select(ledger.c.line)
        .where(ledger.c.item_id == item_id, ledger.c.channel == channel)
        .order_by(ledger.c.written_at.desc(), ledger.c.id.desc())
        .limit(1)
    )
    found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found


async def list_lines(tx: Tx, item_id: str) -> tuple[Entry, ...]:
    """Give the lines of an item in the order they were written."""
    wanted = sa.select(ledger).where(ledger.c.item_id == item_id).order_by(ledger.c.written_at, ledger.c.id)
    return tuple(_entry_of(row) for row in await tx.execute(wanted))


def _entry_of(row: sa.Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        line=row.line,
        item_id=row.item_id,
        channel=row.channel,
        org_id=row.org_id,
        kind=row.kind,
        column=row.column,
        day=row.day,
        delivery_id=row.delivery_id,
        written_at=row.written_at,
        reason=row.reason,
    )
