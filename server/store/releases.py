"""Releases: the decision to put one revision on a frozen set of accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.rows import NotThere
from server.store.tables import release
from server.store.tx import Tx

Change = Literal["major", "minor"]
ReleaseState = Literal["planned", "live", "replaced", "withdrawn"]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """发布: number 1, 2, 3 … of its item."""

    id: str
    item_id: str
    revision_id: str
    number: int
    change: Change
    state: ReleaseState
    not_before: datetime | None
    created_by: str
    created_at: datetime


async def get_release(tx: Tx, release_id: str) -> ReleaseRow:
    """Give a release; raises NotThere."""
    row = (await tx.execute(sa.select(release).where(release.c.id == release_id))).one_or_none()
    if row is None:
        raise NotThere("release", release_id)
    return _release_of(row)


async def list_by_id(tx: Tx, ids: frozenset[str]) -> tuple[ReleaseRow, ...]:
    """Give those of the releases that exist, by id."""
    return tuple(_release_of(row) for row in await tx.execute(_by_id(ids)))


async def lock_releases(tx: Tx, ids: frozenset[str]) -> tuple[ReleaseRow, ...]:
    """Give releases, by id, whose state nobody else changes before this transaction has ended."""
    wanted = _by_id(ids)
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update(key_share=True)
    return tuple(_release_of(row) for row in await tx.execute(wanted))


async def list_releases(tx: Tx, item_id: str) -> tuple[ReleaseRow, ...]:
    """Give the releases of an item, oldest first."""
    wanted = sa.select(release).where(release.c.item_id == item_id).order_by(release.c.number)
    return tuple(_release_of(row) for row in await tx.execute(wanted))


async def move_releases(
    tx: Tx, item_id: str, old: tuple[ReleaseState, ...], new: ReleaseState, *, below: int | None = None
) -> int:
    """Change the state of an item's releases in one of `old`, those numbered `below` only; say how many."""
    wanted = release.update().where(release.c.item_id == item_id, release.c.state.in_(old))
    if below is not None:
        wanted = wanted.where(release.c.number < below)
    return (await tx.execute(wanted.values(state=new))).rowcount


async def set_not_before(tx: Tx, release_id: str, not_before: datetime | None) -> None:
    """Move a planned release to another time."""
    await tx.execute(
        release.update()
        .where(release.c.id == release_id, release.c.state == "planned")
        .values(not_before=not_before)
    )


async def set_release_live(tx: Tx, release_id: str) -> bool:
    """Make a planned release the live one; say whether it was not yet."""
    moved = await tx.execute(
        release.update().where(release.c.id == release_id, release.c.state == "planned").values(state="live")
    )
    return moved.rowcount == 1


def _by_id(ids: frozenset[str]) -> sa.Select[Any]:
    return sa.select(release).where(release.c.id.in_(ids)).order_by(release.c.id)


def _release_of(row: sa.Row[Any]) -> ReleaseRow:
    return ReleaseRow(
        id=row.id,
        item_id=row.item_id,
        revision_id=row.revision_id,
        number=row.number,
        change=row.change,
        state=row.state,
        not_before=row.not_before,
        created_by=row.created_by,
        created_at=row.created_at,
    )
