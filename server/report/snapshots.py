"""Take the figures of a year and freeze them; say whether a frozen one still holds, and how two differ."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from server.core.acts import note
from server.core.days import day_of
from server.core.problems import Problem
from server.report.figures import Question, channel_figures
from server.store.audit import Subject
from server.store.ledger import hold_lines
from server.store.orgs import OrgRow, subtree_ids
from server.store.snapshots import Checksum, Seal, Snapshot, insert_snapshot, list_snapshots, seal_lines
from server.store.statistics import GroupBy, Sieve, count_lines
from server.store.tx import Tx

SIDES: Final[tuple[GroupBy, ...]] = ("channel", "org", "month", "kind", "column")
"""By what a snapshot keeps its figures; each side adds up to the same (invariant 11)."""


async def begin_checksum(tx: Tx, org: OrgRow, year: int, *, at: datetime) -> Checksum:
    """Take the checksum of a year's days that are over, of an organ with all below it.

    In a picture of its own, before the transaction of a snapshot: on SQLite nobody else writes during that,
    and of days that are over hardly a line comes in any more.
    """
    begun = Checksum(tuple(sorted(await subtree_ids(tx, org.id))), year)
    await begun.take(tx, min(date(year, 12, 31), day_of(at) - timedelta(days=1)))
    return begun


async def take_snapshot(
    tx: Tx,
    org: OrgRow,
    year: int,
    *,
    reason: str | None,
    by: str | None,
    at: datetime,
    new_id: Callable[[], str],
    begun: Checksum | None = None,
) -> Snapshot:
    """Freeze the year of an organ with all below it; the second and later ones must say why they restate.

    Without what was `begun` before, those who write wait while every line of the year is read.
    """
    await hold_lines(tx)
    taken = await list_snapshots(tx, org.id, year)
    if taken and not reason:
        why = "这个年度已有统计快照，重新统计必须写明原因"
        raise Problem("invalid", why, field="reason")
    org_ids = await subtree_ids(tx, org.id)
    start, end = date(year, 1, 1), date(year, 12, 31)
    figures: dict[str, Any] = {}
    for side in SIDES:
        question = Question(start, end, org.code, side)
        figures[side] = (await channel_figures(tx, question, at=at)).as_json()
    seal = await seal_year(tx, org_ids, year, begun)
    if await count_lines(tx, Sieve(start, end, org_ids)) != seal.lines:
        # The figures would not be those of the rows: the counters say something else than their lines.
        raise Problem("lost_race", "统计时台账正在变化，请再试一次")
    row = Snapshot(
        id=new_id(),
        org_id=org.id,
        year=year,
        number=len(taken) + 1,
        org_ids=tuple(sorted(org_ids)),
        figures=figures,
        lines=seal.lines,
        checksum=seal.checksum,
        reason=reason if taken else None,
        taken_by=by,
        # Lines may have been written since somebody asked for it.
        taken_at=max(at, seal.newest or at),
    )
    await insert_snapshot(tx, row)
    await note(
        tx, "report.snapshot", Subject(org_id=org.id), at=at,
        year=year, number=row.number, checksum=row.checksum, reason=row.reason,
    )  # fmt: skip
    return row


async def seal_year(tx: Tx, org_ids: frozenset[str], year: int, begun: Checksum | None) -> Seal:
    """Seal the year of organs from what was begun before; anew where that is not so any more."""
    wanted, start = tuple(sorted(org_ids)), date(year, 1, 1)
    checksum = Checksum(wanted, year)
    if begun is not None and begun.last >= start and begun.org_ids == wanted:
        counted = await count_lines(tx, Sieve(start, begun.last, org_ids))
        checksum = begun if begun.lines == counted else checksum
    await checksum.take(tx, date(year, 12, 31))
    return checksum.seal()


async def get_snapshot(tx: Tx, org: OrgRow, year: int, number: int) -> Snapshot:
    """Give a snapshot by its number; raises Problem when there is none."""
    found = [one for one in await list_snapshots(tx, org.id, year) if one.number == number]
    if not found:
        raise Problem("unknown_snapshot", f"{org.name} {year} 年没有第 {number} 号统计快照")
    return found[0]


async def is_intact(tx: Tx, frozen: Snapshot) -> bool:
    """Say whether the lines behind a snapshot are still those that it was taken from."""
    seal = await seal_lines(tx, frozen.org_ids, frozen.year, frozen.taken_at)
    return (seal.lines, seal.checksum) == (frozen.lines, frozen.checksum)
