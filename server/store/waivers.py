"""Waivers: findings of one content that a person answers for; what blocks needs a second person."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from server.store.review_tables import waiver
from server.store.rows import Taken, upsert
from server.store.tables import person
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Waiver:
    """忽略并说明. `words` are masked as in the finding; `finding` is its key."""

    id: str
    item_id: str
    content_hash: str
    finding: str
    rule: str
    severity: Literal["blocking", "warning", "note"]
    words: str
    reason: str
    waived_by: str
    waived_at: datetime
    seconded_by: str | None = None
    seconded_at: datetime | None = None
    waived_by_name: str = ""
    seconded_by_name: str | None = None

    @property
    def holds(self) -> bool:
        """Say whether the finding no longer stands in the way."""
        return self.severity != "blocking" or self.seconded_by is not None


async def insert_waiver(tx: Tx, one: Waiver) -> None:
    """Write a waiver; raises Taken when the finding has one."""
    row = {
        "id": one.id, "item_id": one.item_id, "content_hash": one.content_hash, "finding": one.finding,
        "rule": one.rule, "severity": one.severity, "words": one.words, "reason": one.reason,
        "waived_by": one.waived_by, "waived_at": one.waived_at,
    }  # fmt: skip
    written = upsert(tx, waiver).values(row)
    written = written.on_conflict_do_nothing(index_elements=["item_id", "content_hash", "finding"])
    if (await tx.execute(written)).rowcount != 1:
        raise Taken("waiver", one.finding)


async def second_waiver(tx: Tx, waiver_id: str, *, by: str, at: datetime) -> bool:
    """Write the second person of a waiver that has none; says whether it was written."""
    moved = await tx.execute(
        waiver.update()
        .where(waiver.c.id == waiver_id, waiver.c.seconded_by.is_(None), waiver.c.waived_by != by)
        .values(seconded_by=by, seconded_at=at)
    )
    return moved.rowcount == 1


async def find_waiver(tx: Tx, item_id: str, waiver_id: str) -> Waiver | None:
    """Give a waiver of an item."""
    wanted = _select().where(waiver.c.item_id == item_id, waiver.c.id == waiver_id)
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else _waiver_of(row)


async def list_waivers(tx: Tx, item_id: str, content_hash: str) -> tuple[Waiver, ...]:
    """Give the waivers of one content of an item, oldest first."""
    wanted = _select().where(waiver.c.item_id == item_id, waiver.c.content_hash == content_hash)
    return tuple(
        _waiver_of(row) for row in await tx.execute(wanted.order_by(waiver.c.waived_at, waiver.c.id))
    )


async def waived_findings(tx: Tx, item_id: str, content_hash: str) -> frozenset[str]:
    """Give the keys of the findings that no longer stand in the way of one content."""
    return frozenset(one.finding for one in await list_waivers(tx, item_id, content_hash) if one.holds)


@cache
def _select() -> sa.Select[Any]:
    first, second = person.alias("first"), person.alias("second")
    return (
        sa.select(waiver, first.c.name.label("first_name"), second.c.name.label("second_name"))
        .join(first, first.c.id == waiver.c.waived_by)
        .outerjoin(second, second.c.id == waiver.c.seconded_by)
    )


def _waiver_of(row: sa.Row[Any]) -> Waiver:
    return Waiver(
        row.id, row.item_id, row.content_hash, row.finding, row.rule, row.severity, row.words, row.reason,
        row.waived_by, row.waived_at, row.seconded_by, row.seconded_at, row.first_name, row.second_name,
    )  # fmt: skip
