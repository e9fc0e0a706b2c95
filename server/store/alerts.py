"""Alerts: matters that somebody should look at, each raised once, told once for each level, and cleared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import sqlalchemy as sa

from server.store.clock_tables import alert
from server.store.rows import upsert
from server.store.tx import Tx

Level = Literal["warn", "alarm"]
_KEPT: Final = timedelta(days=90)
"""So long a settled matter is kept for whoever looks into the table."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One matter. `key` names it for ever: the same matter has the same key. `message` is Chinese."""

    key: str
    kind: str
    level: Level
    message: str
    org_id: str | None = None
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """An alert that stands, since when, and whether a reminder of this level has gone out."""

    alert: Alert
    raised_at: datetime
    is_told: bool


async def raise_alerts(tx: Tx, alerts: Iterable[Alert], *, at: datetime) -> None:
    """Write what stands at this moment; a matter that was cleared and came back begins anew."""
    rows = [
        {
            "key": one.key,
            "kind": one.kind,
            "level": one.level,
            "org_id": one.org_id,
            "item_id": one.item_id,
            "message": one.message,
            "raised_at": at,
        }
        for one in alerts
    ]
    if not rows:
        return
    written = upsert(tx, alert)
    came_back = alert.c.cleared_at.is_not(None)
    statement = written.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "level": written.excluded.level,
            "message": written.excluded.message,
            "raised_at": sa.case((came_back, written.excluded.raised_at), else_=alert.c.raised_at),
            "told_level": sa.case((came_back, sa.null()), else_=alert.c.told_level),
            "cleared_at": sa.null(),
        },
    )
    await tx.execute(statement, rows)


async def clear_alerts(tx: Tx, keys: Iterable[str], *, at: datetime) -> None:
    """Note that matters are settled, and forget those that were long ago."""
    await tx.execute(
        alert.update().where(alert.c.key.in_(tuple(keys)), alert.c.cleared_at.is_(None)).values(cleared_at=at)
    )
    await tx.execute(alert.delete().where(alert.c.cleared_at < at - _KEPT))


async def list_alerts(
    tx: Tx, *, limit: int, of: frozenset[str | None] | None = None
) -> tuple[AlertSeen, ...]:
    """Give what stands, alarms before warnings, oldest first.

    `of` keeps to the matters of some organs; None among them stands for what belongs to no organ.
    """
    wanted = sa.select(alert).where(alert.c.cleared_at.is_(None))
    if of is not None:
        mine = alert.c.org_id.in_(of - {None})
        wanted = wanted.where(sa.or_(mine, alert.c.org_id.is_(None)) if None in of else mine)
    wanted = wanted.order_by(alert.c.level, alert.c.raised_at, alert.c.key).limit(limit)
    return tuple(_seen_of(row) for row in await tx.execute(wanted))


async def mark_told(tx: Tx, alerts: Iterable[Alert]) -> None:
    """Note that a reminder of each alert's level has gone out."""
    for one in alerts:
        await tx.execute(alert.update().where(alert.c.key == one.key).values(told_level=one.level))


def _seen_of(row: sa.Row[Any]) -> AlertSeen:
    one = Alert(row.key, row.kind, row.level, row.message, row.org_id, row.item_id)
    # A warning after an alarm of the same matter is no news.
    return AlertSeen(one, row.raised_at, row.told_level in (row.level, "alarm"))
