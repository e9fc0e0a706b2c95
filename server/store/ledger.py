"""The ledger and its day counters, always written together; lines are never changed or deleted.

The counters of months keep themselves: a trigger raises them.

A `counted` line is the *first* time an item was live on a channel, and one more says `item` for the first
time anywhere: an item belongs to the period of its first-live day (invariant 10).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.ledger_tables import day_counter, ledger
from server.store.rows import upsert
from server.store.tables import delivery, release, revision
from server.store.tx import Tx

Line = Literal["counted", "withdrawn", "reinstated", "restated"]


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
        topic=_of_delivery(entry, sa.func.coalesce(revision.c.sheet["topic"].as_string(), "")),
        account_id=_of_delivery(entry, delivery.c.account_id),
    )
    if entry.line == "counted":
        statement = statement.on_conflict_do_nothing(
            index_elements=["item_id", "channel"], index_where=sa.text("line = 'counted'")
        )
    if (await tx.execute(statement)).rowcount != 1:
        return False
    await _raise_counter(tx, entry)
    return True


def _of_delivery(entry: Entry, wanted: sa.ColumnElement[str]) -> sa.ScalarSelect[str]:
    """Give what a line keeps of its delivery and of the revision that this one carried."""
    joined = delivery.join(release, release.c.id == delivery.c.release_id)
    joined = joined.join(revision, revision.c.id == release.c.revision_id)
    return sa.select(wanted).select_from(joined).where(delivery.c.id == entry.delivery_id).scalar_subquery()


async def _raise_counter(tx: Tx, entry: Entry) -> None:
    key = {
        "day": entry.day,
        "org_id": entry.org_id,
        "channel": entry.channel,
        "kind": entry.kind,
        "column": entry.column,
        "line": entry.line,
    }
    await tx.execute(
        upsert(tx, day_counter)
        .values(**key, count=1)
        .on_conflict_do_update(index_elements=list(key), set_={"count": day_counter.c.count + 1})
    )


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
