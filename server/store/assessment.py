"""What an assessment of organs counts: sums of the counters, and how and when each item came out."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from server.store.ledger import is_standing
from server.store.ledger_tables import ledger, month_counter
from server.store.tables import delivery, release, revision
from server.store.tx import Tx
from server.store.words import COUNTED_AS, LINES, TAKEN_BACK


@dataclass(frozen=True, slots=True)
class Sum:
    """What an organ has in a period: `channel` is `item` for items, else where they were shown."""

    org_id: str
    channel: str
    kind: str
    line: str
    count: int


@dataclass(frozen=True, slots=True)
class Disclosed:
    """An item that was first public in a period: its organ, kind, that day, its title and sheet as stored."""

    item_id: str
    org_id: str
    kind: str
    day: date
    title: str
    sheet: dict[str, Any]


async def sum_of_organs(tx: Tx, org_ids: frozenset[str], year: int) -> tuple[Sum, ...]:
    """Give the sums of organs over a year, what was counted less what was taken back."""
    c = month_counter.c
    keys = (c.org_id, c.channel, c.kind, c.line)
    wanted = (
        sa.select(*keys, sa.func.sum(c.count).label("n"))
        .where(
            c.channel.in_((*COUNTED_AS, "item")),  # what the index begins with
            c.line.in_(LINES),
            c.month.between(f"{year}-01", f"{year}-12"),
            c.org_id.in_(org_ids),
        )
        .group_by(*keys)
    )
    found: Counter[tuple[str, str, str, str]] = Counter()
    for row in await tx.execute(wanted):
        is_back = row.line in TAKEN_BACK
        line, many = ("counted", -row.n) if is_back else (row.line, row.n)
        found[row.org_id, row.channel, row.kind, line] += int(many)
    return tuple(Sum(*of, many) for of, many in found.items())


async def stream_disclosed(
    tx: Tx, org_ids: frozenset[str], start: date, end: date
) -> AsyncIterator[Disclosed]:
    """Give the items of organs that were first public in a period, each once, in no order."""
    wanted = (
        sa.select(
            ledger.c.item_id, ledger.c.org_id, ledger.c.kind, ledger.c.day, revision.c.title, revision.c.sheet
        )
        .join(delivery, delivery.c.id == ledger.c.delivery_id)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .where(
            ledger.c.channel == "item",
            ledger.c.line == "counted",
            is_standing(),
            ledger.c.day.between(start, end),
            ledger.c.org_id.in_(org_ids),
        )
    )
    async with tx.stream(wanted) as rows:
        async for row in rows:
            yield Disclosed(row.item_id, row.org_id, row.kind, row.day, row.title, row.sheet)
