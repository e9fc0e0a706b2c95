"""Filings: how far each organ's report of a year is. A state changes by one UPDATE that names the old one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.deliveries import LostRace
from server.store.report_tables import filing
from server.store.rows import upsert
from server.store.tables import org
from server.store.tx import Tx

FilingState = Literal["draft", "submitted", "accepted", "closed"]


@dataclass(frozen=True, slots=True)
class Filing:
    """An organ's report of a year. An organ that has not begun is a draft without a time."""

    org_id: str
    org_code: str
    org_name: str
    parent_id: str | None
    state: FilingState
    reason: str | None
    snapshot_id: str | None
    changed_at: datetime | None
    is_practice: bool  # 演练: it owes nothing


async def list_filings(tx: Tx, org_ids: frozenset[str], year: int) -> tuple[Filing, ...]:
    """Give how far each of some organs is, by code."""
    wanted = (
        _seen()
        .select_from(org.outerjoin(filing, sa.and_(filing.c.org_id == org.c.id, filing.c.year == year)))
        .where(org.c.id.in_(org_ids))
        .order_by(org.c.code)
    )
    return tuple(_filing_of(row) for row in await tx.execute(wanted))


async def list_pending(tx: Tx, since: int, limit: int) -> tuple[tuple[int, Filing], ...]:
    """Give, with its year, what waits for somebody: submitted and not taken, or sent back with a reason.

    Of years from `since` on, by year and code; organs in practice owe nothing.
    """
    sent_back = sa.and_(filing.c.state == "draft", filing.c.reason.is_not(None))
    wanted = (
        _seen(filing.c.year)
        .select_from(filing.join(org, org.c.id == filing.c.org_id))
        .where(
            filing.c.year >= since,
            sa.or_(filing.c.state == "submitted", sent_back),
            org.c.practice_since.is_(None),
        )
        .order_by(filing.c.year, org.c.code)
        .limit(limit)
    )
    return tuple((row.year, _filing_of(row)) for row in await tx.execute(wanted))


async def hold_filing(tx: Tx, org_id: str, year: int, *, at: datetime) -> Filing:
    """Give how far an organ is, and let nobody else move it or enter a figure until the transaction ends.

    A report that had not begun begins by this: what is not there cannot be held.
    """
    begun = {"org_id": org_id, "year": year, "state": "draft", "changed_at": at}
    await tx.execute(
        upsert(tx, filing).values(**begun).on_conflict_do_nothing(index_elements=["org_id", "year"])
    )
    held = _seen().select_from(filing.join(org, org.c.id == filing.c.org_id))
    held = held.where(filing.c.org_id == org_id, filing.c.year == year).with_for_update(of=filing)
    return _filing_of((await tx.execute(held)).one())


async def move_filing(
    tx: Tx,
    org_id: str,
    year: int,
    old: FilingState,
    new: FilingState,
    *,
    reason: str | None,
    snapshot_id: str | None,
    by: str | None,
    at: datetime,
) -> None:
    """Move a report that has begun on; raises LostRace when it is not where it was thought to be."""
    moved = await tx.execute(
        sa.update(filing)
        .values(state=new, reason=reason, snapshot_id=snapshot_id, changed_by=by, changed_at=at)
        .where(filing.c.org_id == org_id, filing.c.year == year, filing.c.state == old)
    )
    if moved.rowcount != 1:
        raise LostRace(org_id, old, new)


def _seen(*more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    told = (filing.c.state, filing.c.reason, filing.c.snapshot_id, filing.c.changed_at)
    whose = (org.c.id, org.c.code, org.c.name, org.c.parent_id, org.c.practice_since)
    return sa.select(*whose, *told, *more)


def _filing_of(row: Any) -> Filing:
    return Filing(
        org_id=row.id,
        org_code=row.code,
        org_name=row.name,
        parent_id=row.parent_id,
        state=row.state or "draft",
        reason=row.reason,
        snapshot_id=row.snapshot_id,
        changed_at=row.changed_at,
        is_practice=row.practice_since is not None,
    )
