"""Approvals and returns of revisions, sealed to the content hash they were given for."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from server.store.tables import approval, revision
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
) -> None:
    """Write one decision; the table itself refuses that an author decides on his own revision."""
    await tx.execute(
        approval.insert().values(
            id=id,
            revision_id=revision_id,
            content_hash=content_hash,
            decision=decision,
            reason=reason,
            author_id=author,
            decided_by=by,
            decided_at=at,
        )
    )


async def is_approved(tx: Tx, revision_id: str, content_hash: str) -> bool:
    """Say whether the newest decision on this very content is an approval (invariant 5)."""
    newest = (
        sa.select(approval.c.decision)
        .where(approval.c.revision_id == revision_id, approval.c.content_hash == content_hash)
        .order_by(approval.c.decided_at.desc(), approval.c.id.desc())
        .limit(1)
    )
    return (await tx.execute(newest)).scalar_one_or_none() == "approved"


async def find_last_approved(tx: Tx, item_id: str, before: int) -> str | None:
    """Give the id of the newest approved revision of an item with a number below `before`."""
    wanted = (
        sa.select(revision.c.id)
        .join(approval, approval.c.revision_id == revision.c.id)
        .where(
            revision.c.item_id == item_id,
            revision.c.number < before,
            approval.c.decision == "approved",
            approval.c.content_hash == revision.c.content_hash,
        )
        .order_by(revision.c.number.desc())
        .limit(1)
    )
    found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found
