"""Orgs: the organs that publish, and the tree they form."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from channels.item import Org
from server.store.rows import Taken, upsert
from server.store.tables import account, org
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class OrgRow:
    """机构 as stored."""

    id: str
    code: str
    name: str
    parent_id: str | None
    practice_since: datetime | None = None  # 演练 since when; what it writes meanwhile is practice
    practice_by: str | None = None  # the name of whoever switched it on

    def as_org(self) -> Org:
        """Give what a channel may see of it."""
        return Org(id=self.id, code=self.code, name=self.name)


async def insert_org(tx: Tx, row: OrgRow, *, at: datetime) -> None:
    """Write an organ; raises Taken when its code is in use."""
    statement = (
        upsert(tx, org)
        .values(id=row.id, code=row.code, name=row.name, parent_id=row.parent_id, created_at=at)
        .on_conflict_do_nothing(index_elements=["code"])
    )
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("org", row.code)


async def find_org_by_code(tx: Tx, code: str) -> OrgRow | None:
    """Give the organ with this code."""
    row = (await tx.execute(_select().where(org.c.code == code))).one_or_none()
    return None if row is None else _org_of(row)


async def list_orgs(tx: Tx, ids: frozenset[str]) -> tuple[OrgRow, ...]:
    """Give some organs, by code."""
    wanted = _select().where(org.c.id.in_(ids)).order_by(org.c.code)
    return tuple(_org_of(row) for row in await tx.execute(wanted))


async def list_orgs_coded(tx: Tx, codes: Collection[str]) -> tuple[OrgRow, ...]:
    """Give the organs with some codes, by code."""
    wanted = _select().where(org.c.code.in_(codes)).order_by(org.c.code)
    return tuple(_org_of(row) for row in await tx.execute(wanted))


async def list_orgs_named(tx: Tx, names: Collection[str]) -> tuple[OrgRow, ...]:
    """Give the organs with one of some names, by code."""
    wanted = _select().where(org.c.name.in_(names)).order_by(org.c.code)
    return tuple(_org_of(row) for row in await tx.execute(wanted))


async def list_site_orgs(tx: Tx) -> frozenset[str]:
    """Give the ids of the organs whose account the website is; before there is one, those below no other."""
    site = sa.select(account.c.org_id).where(account.c.channel == "website", ~account.c.practice)
    found = frozenset((await tx.execute(site)).scalars())
    if found:
        return found
    return frozenset((await tx.execute(sa.select(org.c.id).where(org.c.parent_id.is_(None)))).scalars())


async def list_all_orgs(tx: Tx) -> tuple[OrgRow, ...]:
    """Give every organ, by code."""
    return tuple(_org_of(row) for row in await tx.execute(_select().order_by(org.c.code)))


async def subtree_ids(tx: Tx, org_id: str) -> frozenset[str]:
    """Give the ids of an organ and of everything below it."""
    # UNION, not UNION ALL: a circle in the tree must end the walk instead of keeping it.
    top = sa.select(org.c.id).where(org.c.id == org_id).cte("subtree", recursive=True)
    tree = top.union(sa.select(org.c.id).join(top, org.c.parent_id == top.c.id))
    return frozenset((await tx.execute(sa.select(tree.c.id))).scalars())


async def count_orgs(tx: Tx) -> int:
    """Give how many organs there are."""
    return (await tx.execute(sa.select(sa.func.count()).select_from(org))).scalar_one()


async def ancestor_ids(tx: Tx, org_id: str) -> frozenset[str]:
    """Give the ids of an organ and of everything above it."""
    first = sa.select(org.c.id, org.c.parent_id).where(org.c.id == org_id).cte("line", recursive=True)
    line = first.union(sa.select(org.c.id, org.c.parent_id).join(first, org.c.id == first.c.parent_id))
    return frozenset((await tx.execute(sa.select(line.c.id))).scalars())


def _select() -> sa.Select[Any]:
    return sa.select(
        org.c.id, org.c.code, org.c.name, org.c.parent_id, org.c.practice_since, org.c.practice_by
    )


def _org_of(row: sa.Row[Any]) -> OrgRow:
    return OrgRow(
        id=row.id,
        code=row.code,
        name=row.name,
        parent_id=row.parent_id,
        practice_since=row.practice_since,
        practice_by=row.practice_by,
    )
