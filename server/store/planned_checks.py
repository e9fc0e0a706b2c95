"""By which list of words a release that waits was last examined, and what was found in it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from server.store.clock_tables import planned_check
from server.store.rows import in_turn, upsert
from server.store.tables import delivery, item, release, revision
from server.store.tx import Tx

WAITS: Final = ("time", "slot", "source_live", "quota")
"""Gates at which days may pass; `check` is where a release stands that was not examined since."""


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """What the checks said of a release; `version`: the program's own words, `serial`: the office's."""

    release_id: str
    version: int
    serial: int
    blocking: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Objected:
    """A release that waits and in which something blocks now."""

    release_id: str
    item_id: str
    org_id: str
    title: str
    due_at: datetime | None
    blocking: int
    words: str


async def list_planned_checks(tx: Tx, release_ids: frozenset[str]) -> dict[str, PlannedCheck]:
    """Give what was said of some releases, by release."""
    rows = await tx.execute(sa.select(planned_check).where(planned_check.c.release_id.in_(release_ids)))
    return {
        row.release_id: PlannedCheck(row.release_id, row.version, row.serial, row.blocking, row.words)
        for row in rows
    }


async def put_planned_check(tx: Tx, one: PlannedCheck, *, at: datetime) -> None:
    """Write what the checks said of a release."""
    told = {
        "version": one.version, "serial": one.serial, "blocking": one.blocking, "words": one.words,
        "checked_at": at,
    }  # fmt: skip
    await tx.execute(
        upsert(tx, planned_check)
        .values(release_id=one.release_id, **told)
        .on_conflict_do_update(index_elements=["release_id"], set_=told)
    )


async def forget_planned_checks(tx: Tx, item_id: str) -> None:
    """Let the releases of an item be examined again: somebody answers for its findings now."""
    ours = sa.select(release.c.id).where(release.c.item_id == item_id)
    await tx.execute(
        planned_check.update().where(planned_check.c.release_id.in_(ours)).values(version=0, blocking=0)
    )


async def list_held_for_check(
    tx: Tx, version: int, serial: int, *, at: datetime, limit: int
) -> tuple[tuple[str, str], ...]:
    """Give the releases (with their revisions) whose time has come and that nobody examined by this list."""
    # The moment is for the index: those that wait for a time to come are many.
    return await _unchecked(
        tx, sa.and_(delivery.c.gate == "check", delivery.c.due_at <= at), version, serial, limit
    )


async def list_unchecked_planned(
    tx: Tx, version: int, serial: int, *, limit: int
) -> tuple[tuple[str, str], ...]:
    """Give the releases (with their revisions) that wait, not yet examined by this list, soonest first."""
    return await _unchecked(tx, delivery.c.gate.in_((*WAITS, "check")), version, serial, limit)


async def list_objected(tx: Tx, *, limit: int) -> tuple[Objected, ...]:
    """Give the releases that wait and in which something blocks, of all organs in turn, soonest first."""
    due = sa.func.min(delivery.c.due_at)
    wanted = (
        sa.select(
            planned_check.c.release_id, release.c.item_id, item.c.org_id, revision.c.title,
            planned_check.c.blocking, planned_check.c.words, due.label("due_at"),
        )
        .join(release, release.c.id == planned_check.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == release.c.item_id)
        .join(delivery, delivery.c.release_id == release.c.id)
        .where(planned_check.c.blocking > 0, delivery.c.state == "waiting", ~item.c.practice)
        .group_by(
            planned_check.c.release_id, release.c.item_id, item.c.org_id, revision.c.title,
            planned_check.c.blocking, planned_check.c.words,
        )
    )  # fmt: skip
    ordered = in_turn(wanted, item.c.org_id, due, planned_check.c.release_id, limit=limit)
    return tuple(
        Objected(
            row.release_id, row.item_id, row.org_id, row.title, row.due_at, row.blocking, row.words
        )
        for row in await tx.execute(ordered)
    )  # fmt: skip


async def list_objected_among(tx: Tx, release_ids: frozenset[str]) -> frozenset[str]:
    """Give those of some releases in which something blocks, as last examined."""
    wanted = sa.select(planned_check.c.release_id).where(
        planned_check.c.blocking > 0, planned_check.c.release_id.in_(release_ids)
    )
    return frozenset((await tx.execute(wanted)).scalars())


async def _unchecked(
    tx: Tx, where: sa.ColumnElement[bool], version: int, serial: int, limit: int
) -> tuple[tuple[str, str], ...]:
    first = sa.func.min(delivery.c.due_at)
    fresh = sa.exists().where(
        planned_check.c.release_id == delivery.c.release_id,
        planned_check.c.version >= version,
        planned_check.c.serial >= serial,
    )
    wanted = (
        sa.select(delivery.c.release_id)
        .where(delivery.c.state == "waiting", where, ~fresh)
        .group_by(delivery.c.release_id)
        .order_by(first, delivery.c.release_id)
        .limit(limit)
    )
    ids = tuple((await tx.execute(wanted)).scalars())
    rows = await tx.execute(sa.select(release.c.id, release.c.revision_id).where(release.c.id.in_(ids)))
    revisions = {row.id: row.revision_id for row in rows}
    return tuple((key, revisions[key]) for key in ids)
