"""Organs that have not submitted a year's figures, and the days on which they were called upon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from server.store.report_tables import filing, filing_reminder
from server.store.rows import upsert
from server.store.tables import org
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Silent:
    """An organ whose year is not submitted: why it was sent back, and when it was last called upon."""

    org_id: str
    org_code: str
    org_name: str
    parent_id: str | None
    year: int
    reason: str | None
    reminded_on: date | None
    reminders: int


async def list_silent(tx: Tx, year: int, org_ids: frozenset[str]) -> tuple[Silent, ...]:
    """Give those of some organs that have not submitted, by code; organs in practice owe nothing."""
    told = _told()
    wanted = (
        _seen(sa.literal(year), told)
        .select_from(
            org.outerjoin(filing, sa.and_(filing.c.org_id == org.c.id, filing.c.year == year)).outerjoin(
                told, sa.and_(told.c.org_id == org.c.id, told.c.year == year)
            )
        )
        .where(org.c.id.in_(org_ids), _IS_SILENT)
        .order_by(org.c.code)
    )
    return tuple(Silent(*row) for row in await tx.execute(wanted))


async def list_reminded(tx: Tx, since: int, limit: int) -> tuple[Silent, ...]:
    """Give those that were called upon for a year from `since` on and have not submitted it yet."""
    told = _told()
    wanted = (
        _seen(told.c.year, told)
        .select_from(
            told.join(org, org.c.id == told.c.org_id).outerjoin(
                filing, sa.and_(filing.c.org_id == org.c.id, filing.c.year == told.c.year)
            )
        )
        .where(told.c.year >= since, _IS_SILENT)
        .order_by(told.c.year, org.c.code)
        .limit(limit)
    )
    return tuple(Silent(*row) for row in await tx.execute(wanted))


_IS_SILENT = sa.and_(sa.func.coalesce(filing.c.state, "draft") == "draft", org.c.practice_since.is_(None))


def _told() -> sa.Subquery:
    told = filing_reminder.c
    return (
        sa.select(
            told.org_id,
            told.year,
            sa.func.max(told.reminded_on).label("last"),
            sa.func.count().label("times"),
        )
        .group_by(told.org_id, told.year)
        .subquery()
    )


def _seen(year: sa.ColumnElement[int], told: sa.Subquery) -> sa.Select[Any]:
    return sa.select(
        org.c.id, org.c.code, org.c.name, org.c.parent_id, year, filing.c.reason,
        sa.type_coerce(told.c.last, sa.Date), sa.func.coalesce(told.c.times, 0),
    )  # fmt: skip


async def insert_reminders(tx: Tx, org_ids: Iterable[str], year: int, on: date, by: str | None) -> None:
    """Write that organs were called upon on a day; twice on a day is once."""
    rows = [{"org_id": one, "year": year, "reminded_on": on, "reminded_by": by} for one in org_ids]
    if rows:
        await tx.execute(upsert(tx, filing_reminder).on_conflict_do_nothing(), rows)
