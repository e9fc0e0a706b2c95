"""Sensitive days: ranges of days on which an office thinks over what it posts, as it keeps them itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.clock_tables import sensitive_days
from server.store.rows import upsert
from server.store.tx import Tx

Weight = Literal["note", "warning"]


@dataclass(frozen=True, slots=True)
class SensitiveDays:
    """A range, both days included, why it is one, and how much it weighs."""

    first: date
    last: date
    reason: str
    weight: Weight = "note"


async def put_sensitive_days(
    tx: Tx, ranges: Iterable[SensitiveDays], *, by: str | None, at: datetime
) -> None:
    """Write ranges down; one with the same days and reason takes the place of the older."""
    written = upsert(tx, sensitive_days)
    written = written.on_conflict_do_update(
        index_elements=["first_day", "last_day", "reason"],
        set_={name: written.excluded[name] for name in ("weight", "noted_by", "noted_at")},
    )
    await tx.execute(
        written, [{**_key(one), "weight": one.weight, "noted_by": by, "noted_at": at} for one in ranges]
    )


async def drop_sensitive_days(tx: Tx, one: SensitiveDays) -> bool:
    """Forget a range; says whether it was known."""
    table = sensitive_days.c
    gone = await tx.execute(
        sensitive_days.delete().where(
            table.first_day == one.first, table.last_day == one.last, table.reason == one.reason
        )
    )
    return gone.rowcount == 1


async def list_sensitive_days(tx: Tx, first: date, last: date, limit: int) -> tuple[SensitiveDays, ...]:
    """Give the ranges that touch a span of days, by their first day."""
    table = sensitive_days.c
    wanted = sa.select(sensitive_days).where(table.last_day >= first, table.first_day <= last)
    rows = await tx.execute(wanted.order_by(table.first_day, table.last_day, table.reason).limit(limit))
    return tuple(_of(row) for row in rows)


def _key(one: SensitiveDays) -> dict[str, Any]:
    return {"first_day": one.first, "last_day": one.last, "reason": one.reason}


def _of(row: sa.Row[Any]) -> SensitiveDays:
    return SensitiveDays(row.first_day, row.last_day, row.reason, row.weight)
