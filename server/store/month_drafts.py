"""Drafts of monthly reports: the figures of an organ's month as they stood when it was drafted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.report_tables import month_draft
from server.store.rows import upsert
from server.store.tables import org
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class MonthDraft:
    """A draft; `month` is 2026-10."""

    org_id: str
    org_name: str
    month: str
    figures: dict[str, Any]
    drafted_at: datetime


async def insert_month_draft(
    tx: Tx, org_id: str, month: str, figures: dict[str, Any], *, at: datetime
) -> bool:
    """Write a draft unless there is one; say whether it was written."""
    statement = (
        upsert(tx, month_draft)
        .values(org_id=org_id, month=month, figures=figures, drafted_at=at)
        .on_conflict_do_nothing(index_elements=["org_id", "month"])
    )
    return (await tx.execute(statement)).rowcount == 1


async def list_undrafted(tx: Tx, month: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Give the organs without a draft of a month, by code: id and code. Organs in practice have none."""
    has_one = sa.exists().where(month_draft.c.org_id == org.c.id, month_draft.c.month == month)
    wanted = (
        sa.select(org.c.id, org.c.code)
        .where(~has_one, org.c.practice_since.is_(None))
        .order_by(org.c.code)
        .limit(limit)
    )
    return tuple((row.id, row.code) for row in await tx.execute(wanted))


async def list_month_drafts(tx: Tx, org_id: str, year: int) -> tuple[MonthDraft, ...]:
    """Give the drafts of an organ's year, the newest first."""
    wanted = _seen().where(
        month_draft.c.org_id == org_id, month_draft.c.month.between(f"{year}-01", f"{year}-12")
    )
    rows = await tx.execute(wanted.order_by(month_draft.c.month.desc()))
    return tuple(_draft_of(row) for row in rows)


async def list_drafts_of_month(tx: Tx, month: str, limit: int) -> tuple[MonthDraft, ...]:
    """Give the drafts that organs have of a month."""
    wanted = _seen().where(month_draft.c.month == month).order_by(month_draft.c.org_id).limit(limit)
    return tuple(_draft_of(row) for row in await tx.execute(wanted))


def _seen() -> sa.Select[Any]:
    return sa.select(month_draft, org.c.name).join(org, org.c.id == month_draft.c.org_id)


def _draft_of(row: sa.Row[Any]) -> MonthDraft:
    return MonthDraft(row.org_id, row.name, row.month, row.figures, row.drafted_at)
