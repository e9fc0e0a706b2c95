"""Approvals and returns of revisions, sealed to the content hash they were given for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.rows import Taken, upsert
from server.store.tables import approval, person, revision
from server.store.tx import Tx


async def insert_decision(
    tx: Tx,
    *,
    id: str,
    revision_id: str,
    content_hash: str,
    decision: Literal["approved", "returned"],
    reason: str | None,
    author: str,
    by: str,
    at: datetime,
    level: int = 1,
    round: int = 0,
    is_final: bool = True,
    on_behalf_of: str | None = None,
) -> None:
    """Write one decision; the table itself refuses that an author decides on his own revision.

    Raises Taken when somebody else has just approved on this level.
    """
    written = await tx.execute(
        upsert(tx, approval)
        .values(
            id=id,
            revision_id=revision_id,
            content_hash=content_hash,
            decision=decision,
            reason=reason,
            author_id=author,
            decided_by=by,
            decided_at=at,
            level=level,
            round=round,
            is_final=is_final and decision == "approved",
            on_behalf_of=on_behalf_of,
        )
        .on_conflict_do_nothing()
    )
    if written.rowcount != 1:
        raise Taken("approval", revision_id)


async def is_approved(tx: Tx, revision_id: str, content_hash: str) -> bool:
    """Say whether the newest decision on this very content is the last approval wanted (invariant 5)."""
    newest = (
        sa.select(sa.and_(approval.c.decision == "approved", approval.c.is_final))
        .where(approval.c.revision_id == revision_id, approval.c.content_hash == content_hash)
        .order_by(approval.c.decided_at.desc(), approval.c.id.desc())
        .limit(1)
    )
    return bool((await tx.execute(newest)).scalar_one_or_none())


@dataclass(frozen=True, slots=True)
class Decided:
    """One approval of the round at hand."""

    level: int
    decided_by: str
    name: str
    on_behalf_of: str | None
    reason: str | None
    decided_at: datetime


async def list_rounds(
    tx: Tx, content_hashes: Mapping[str, str]
) -> dict[str, tuple[tuple[Decided, ...], int]]:
    """Give for revisions their approvals since each was last returned, by level, and the round's number.

    `content_hashes` has the hash of each revision by its id: an approval holds for the very content alone.
    """
    wanted = (
        sa.select(approval, person.c.name)
        .join(person, person.c.id == approval.c.decided_by)
        .where(approval.c.revision_id.in_(content_hashes))
        .order_by(approval.c.level)
    )
    rows: dict[str, list[sa.Row[Any]]] = {one: [] for one in content_hashes}
    for row in await tx.execute(wanted):
        rows[row.revision_id].append(row)
    return {one: _round_of(found, content_hashes[one]) for one, found in rows.items()}


def _round_of(rows: list[sa.Row[Any]], content_hash: str) -> tuple[tuple[Decided, ...], int]:
    number = sum(row.decision == "returned" for row in rows)
    done = tuple(
        Decided(row.level, row.decided_by, row.name, row.on_behalf_of, row.reason, row.decided_at)
        for row in rows
        if (row.decision, row.content_hash, row.round) == ("approved", content_hash, number)
    )
    return done, number


async def find_last_approved(tx: Tx, item_id: str, before: int) -> str | None:
    """Give the id of the newest approved revision of an item with a number below `before`."""
    wanted = (
        sa.select(revision.c.id)
        .join(approval, approval.c.revision_id == revision.c.id)
        .where(
            revision.c.item_id == item_id,
            revision.c.number < before,
            approval.c.decision == "approved",
            approval.c.is_final,
            approval.c.content_hash == revision.c.content_hash,
        )
        .order_by(revision.c.number.desc())
        .limit(1)
    )
    found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found
