"""The ledger and its day counters, always written together; lines are never changed or deleted.

The counters of months keep themselves: a trigger raises them.

A `counted` line is the *first* time an item was live on a channel, and one more says `item` for the first
time anywhere: an item belongs to the period of its first-live day (invariant 10). Where an earlier day is
proved later, the line is taken back (`moved`, or `restated` where a snapshot had frozen it) and another
counted line stands in its place: a figure is what was counted less what was taken back, day by day.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from server.store.ledger_tables import BACK, FIRST, day_counter, ledger
from server.store.report_tables import snapshot
from server.store.rows import upsert
from server.store.tables import delivery, release, revision
from server.store.tx import Tx
from server.store.words import TAKEN_BACK

Line = Literal["counted", "withdrawn", "reinstated", "moved", "restated"]


@dataclass(frozen=True, slots=True)
class Entry:
    """台账 line; `channel` is what it counts as, or `item`; `day` is a date in Asia/Shanghai.

    `restates` is the counted line that it takes back or replaces.
    """

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
    restates: str | None = None


async def append(tx: Tx, entry: Entry) -> bool:
    """Append a line and raise its day counter; a `counted` line that stands already adds nothing."""
    statement = upsert(tx, ledger).values(
        **_values(tx, entry),
        topic=_of_delivery(entry, topic_of(revision)),
        account_id=_of_delivery(entry, delivery.c.account_id),
        joint=_of_delivery(entry, joint_of(revision)),
    )
    if entry.line == "counted" and entry.restates is None:
        statement = statement.on_conflict_do_nothing(
            index_elements=["item_id", "channel"], index_where=sa.text(FIRST)
        )
    if (await tx.execute(statement)).rowcount != 1:
        return False
    await _raise_counter(tx, entry)
    return True


def topic_of(revisions: sa.FromClause) -> sa.ColumnElement[str]:
    """Give the topic of a version as a line keeps it; '' without one."""
    return sa.func.coalesce(revisions.c.sheet["topic"].as_string(), "")


def joint_of(revisions: sa.FromClause) -> sa.ColumnElement[str]:
    """Give who issued a version together with its organ, as a line keeps it; '' where its organ did alone."""
    return sa.func.coalesce(sa.func.nullif(revisions.c.sheet["joint_orgs"].as_string(), "[]"), "")


async def find_standing(tx: Tx, item_id: str, channel: str) -> Entry | None:
    """Give the counted line of an item on a channel that was not taken back."""
    held = sa.and_(ledger.c.item_id == item_id, ledger.c.channel == channel, ledger.c.line == "counted")
    row = (await tx.execute(sa.select(ledger).where(held, is_standing()))).one_or_none()
    return None if row is None else _entry_of(row)


async def take_back(tx: Tx, standing: Entry, back: Line, reason: str, *, id: str, at: datetime) -> bool:
    """Take a counted line back by a line with the same sides; False when somebody else just did."""
    entry = replace(standing, id=id, line=back, written_at=at, reason=reason, restates=standing.id)
    sides = sa.select(ledger.c.topic, ledger.c.account_id, ledger.c.joint).where(ledger.c.id == standing.id)
    topic, account_id, joint = (await tx.execute(sides)).one()
    statement = (
        upsert(tx, ledger)
        .values(**_values(tx, entry), topic=topic, account_id=account_id, joint=joint)
        .on_conflict_do_nothing(index_elements=["restates"], index_where=sa.text(BACK))
    )
    is_ours = (await tx.execute(statement)).rowcount == 1
    if is_ours:
        await _raise_counter(tx, entry)
    return is_ours


def is_standing(until: datetime | None = None) -> sa.ColumnElement[bool]:
    """Hold the ledger to counted lines that were not taken back, as it was at a moment."""
    back = ledger.alias("back")
    # The words as the index has them, no parameters: SQLite would not take it otherwise.
    words: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{word}'") for word in TAKEN_BACK]
    found = sa.exists().where(back.c.restates == ledger.c.id, back.c.line.in_(words))
    return ~(found if until is None else found.where(back.c.written_at <= until))


async def hold_lines(tx: Tx) -> None:
    """Wait for the lines that are being written, and let no other be until the transaction ends.

    Who wants to write one waits behind us, perhaps with rows that somebody needs for whose lines we wait. So
    we wait for moments only, and let them pass in between. Raises StoreBusy after about ten seconds.
    """
    if tx.dialect.name == "postgresql":  # SQLite has one writer
        await tx.execute(sa.text(_HOLD))


_HOLD: Final = """DO $$
DECLARE usual text := current_setting('lock_timeout');
BEGIN
    PERFORM set_config('lock_timeout', '50ms', true);
    FOR tried IN 1..100 LOOP
        BEGIN
            LOCK TABLE ledger IN SHARE MODE;
            PERFORM set_config('lock_timeout', usual, true);
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.1 * random());
        END;
    END LOOP;
    RAISE EXCEPTION 'lines are written without end' USING ERRCODE = 'serialization_failure';
END $$"""


def _values(tx: Tx, entry: Entry) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    return {**values, "written_at": _behind_snapshots(tx, entry)}


def _behind_snapshots(tx: Tx, entry: Entry) -> sa.ColumnElement[datetime]:
    """Give when a line was written, behind the snapshots of its year that stand by now.

    Whoever waited while one was taken has an earlier time: his line would be among the rows of a snapshot
    whose figures do not have it.
    """
    of_year = snapshot.c.year == entry.day.year
    at = sa.literal(entry.written_at, ledger.c.written_at.type)
    if tx.dialect.name == "postgresql":
        behind = sa.func.max(snapshot.c.taken_at) + sa.literal(timedelta(milliseconds=1), sa.Interval())
        newest = sa.select(behind).where(of_year)
        return sa.func.greatest(at, newest.scalar_subquery())
    text = sa.func.strftime("%Y-%m-%d %H:%M:%f", sa.func.max(snapshot.c.taken_at), "+0.001 seconds")
    newest = sa.select(sa.func.coalesce(text.concat("000"), "")).where(of_year)
    return sa.func.max(at, newest.scalar_subquery(), type_=ledger.c.written_at.type)


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
        # Where a first day was moved, the item is as public as it was before.
        .where(ledger.c.item_id == item_id, ledger.c.channel == channel, ledger.c.restates.is_(None))
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
    return Entry(**{name: getattr(row, name) for name in Entry.__slots__})
