"""Columns of the site as an office keeps them, and the addresses that ever were theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.rows import NotThere, Taken, upsert
from server.store.site_tables import column_address, column_book, site_column
from server.store.tables import org
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """栏目 as stored."""

    slug: str
    address: str  # the folder of its page
    name: str
    type: str
    description: str
    position: int
    is_open: bool = True
    in_menu: bool = True
    org_id: str | None = None
    silent_days: int | None = None  # None: what its type demands
    merged_into: str | None = None
    org_name: str | None = None
    org_code: str | None = None
    parent: str | None = None  # the column it stands below
    holds_others: bool = False  # whether any ever stood below it


async def read_version(tx: Tx) -> int:
    """Give the number of changes so far; 0 while the columns are those of the settings file."""
    return (await tx.execute(sa.select(column_book.c.version))).scalar_one_or_none() or 0


async def raise_version(tx: Tx, seen: int, *, at: datetime) -> bool:
    """Count one more change; says whether `seen` was still the newest."""
    if seen == 0:
        begun = (
            upsert(tx, column_book)
            .values(slot=1, version=1, changed_at=at)
            .on_conflict_do_nothing(index_elements=["slot"])
        )
        return bool((await tx.execute(begun)).rowcount == 1)
    raised = (
        column_book.update()
        .where(column_book.c.slot == 1, column_book.c.version == seen)
        .values(version=seen + 1, changed_at=at)
    )
    return bool((await tx.execute(raised)).rowcount == 1)


async def list_columns(tx: Tx) -> tuple[ColumnRow, ...]:
    """Give every column, those that were merged included, in the order of the site."""
    wanted = (
        sa.select(site_column, org.c.name.label("org_name"), org.c.code.label("org_code"))
        .outerjoin(org, org.c.id == site_column.c.org_id)
        .order_by(site_column.c.position, site_column.c.slug)
    )
    return tuple(_row_of(row) for row in await tx.execute(wanted))


async def insert_column(tx: Tx, row: ColumnRow, *, at: datetime) -> None:
    """Write a new column; raises Taken when its slug or its address is, or ever was, another's."""
    await tx.execute(site_column.insert().values(**_told(row), slug=row.slug, created_at=at))
    for word in dict.fromkeys((row.slug, row.address)):
        await take_address(tx, word, row.slug)


async def update_column(tx: Tx, row: ColumnRow) -> None:
    """Write a column as it is to be; raises Taken for an address that is, or ever was, another's."""
    await take_address(tx, row.address, row.slug)
    done = await tx.execute(site_column.update().where(site_column.c.slug == row.slug).values(**_told(row)))
    if done.rowcount != 1:
        raise NotThere("column", row.slug)


async def put_positions(tx: Tx, slugs: tuple[str, ...]) -> None:
    """Put the columns into this order."""
    order = sa.case({slug: number for number, slug in enumerate(slugs, 1)}, value=site_column.c.slug)
    await tx.execute(site_column.update().where(site_column.c.slug.in_(slugs)).values(position=order))


async def take_address(tx: Tx, address: str, slug: str) -> None:
    """Keep an address for a column for ever; raises Taken when another has it."""
    await tx.execute(
        upsert(tx, column_address)
        .values(address=address, slug=slug)
        .on_conflict_do_nothing(index_elements=["address"])
    )
    if await find_slug(tx, address) != slug:
        raise Taken("address", address)


async def find_slug(tx: Tx, address: str) -> str | None:
    """Give the column that an address belongs to, or belonged to once."""
    wanted = sa.select(column_address.c.slug).where(column_address.c.address == address)
    found: str | None = (await tx.execute(wanted)).scalar_one_or_none()
    return found


async def list_addresses(tx: Tx) -> Mapping[str, tuple[str, ...]]:
    """Give every address that ever was a column's, by slug."""
    found: dict[str, tuple[str, ...]] = {}
    for row in await tx.execute(sa.select(column_address).order_by(column_address.c.address)):
        found[row.slug] = (*found.get(row.slug, ()), row.address)
    return found


async def list_parents(tx: Tx) -> Mapping[str, str]:
    """Give the columns that stand below another one, each with that."""
    wanted = sa.select(site_column.c.slug, site_column.c.parent)
    rows = await tx.execute(wanted.where(site_column.c.parent.is_not(None)))
    return {row.slug: row.parent for row in rows}


async def list_merged(tx: Tx) -> Mapping[str, str]:
    """Give the columns that were merged, each with the one it is part of now."""
    into = await _list_steps(tx)
    return {slug: _path_of(slug, into)[-1] for slug in into}


async def list_absorbing(tx: Tx) -> tuple[tuple[str, str], ...]:
    """Give each column that was merged with each that it was part of at some time."""
    into = await _list_steps(tx)
    return tuple((slug, other) for slug in sorted(into) for other in _path_of(slug, into))


async def _list_steps(tx: Tx) -> Mapping[str, str]:
    wanted = sa.select(site_column.c.slug, site_column.c.merged_into)
    rows = await tx.execute(wanted.where(site_column.c.merged_into.is_not(None)))
    return {row.slug: row.merged_into for row in rows}


def _path_of(slug: str, into: Mapping[str, str]) -> tuple[str, ...]:
    path: dict[str, None] = {}
    while slug in into and into[slug] not in path:  # no circle can be made; none may hang us either
        slug = into[slug]
        path[slug] = None
    return tuple(path)


def _told(row: ColumnRow) -> dict[str, Any]:
    return {
        "address": row.address,
        "name": row.name,
        "type": row.type,
        "description": row.description,
        "position": row.position,
        "is_open": row.is_open,
        "in_menu": row.in_menu,
        "org_id": row.org_id,
        "silent_days": row.silent_days,
        "merged_into": row.merged_into,
        "parent": row.parent,
        "holds_others": row.holds_others,
    }


def _row_of(row: sa.Row[Any]) -> ColumnRow:
    return ColumnRow(
        slug=row.slug,
        address=row.address,
        name=row.name,
        type=row.type,
        description=row.description,
        position=row.position,
        is_open=row.is_open,
        in_menu=row.in_menu,
        org_id=row.org_id,
        silent_days=row.silent_days,
        merged_into=row.merged_into,
        org_name=row.org_name,
        org_code=row.org_code,
        parent=row.parent,
        holds_others=row.holds_others,
    )
