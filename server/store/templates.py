"""Channel templates: to which accounts items go by kind and column, and what a release left out of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.levels import ANY_KIND, upwards
from server.store.review_tables import channel_template, column_template, left_out
from server.store.site_columns import list_merged
from server.store.tables import account, person
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An account that a release left out, why, and who said so."""

    account: str
    name: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True, order=True)
class Reach:
    """Which items a template is for: those of a column ("": of any), of a kind or of any."""

    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A template that holds: which organ has set it, for which items, and the slugs of its accounts."""

    org_id: str
    reach: Reach
    slugs: tuple[str, ...]


async def replace_template(
    tx: Tx, org_id: str, reach: Reach, account_ids: Iterable[str], *, at: datetime
) -> None:
    """Set the accounts of an organ for some items; none at all: what is wider or stands above holds again."""
    table = column_template if reach.column else channel_template
    keys = {"org_id": org_id, "kind": reach.kind} | ({"column": reach.column} if reach.column else {})
    await tx.execute(table.delete().where(*(table.c[name] == value for name, value in keys.items())))
    rows = [{**keys, "account_id": account_id, "set_at": at} for account_id in dict.fromkeys(account_ids)]
    if rows:
        await tx.execute(table.insert(), rows)


async def list_templates(tx: Tx, org_id: str) -> dict[Reach, tuple[str, ...]]:
    """Give what an organ has set itself: slugs of accounts, those of no column first."""
    found: dict[Reach, list[str]] = {}
    for table, column in ((channel_template, sa.literal("")), (column_template, column_template.c.column)):
        wanted = (
            sa.select(column.label("column"), table.c.kind, account.c.slug)
            .join(account, account.c.id == table.c.account_id)
            .where(table.c.org_id == org_id)
            .order_by(sa.text("1"), table.c.kind, account.c.slug)
        )
        for row in await tx.execute(wanted):
            found.setdefault(Reach(row[0], row.kind), []).append(row.slug)
    return {reach: tuple(slugs) for reach, slugs in found.items()}


async def find_standing(tx: Tx, org_id: str, kind: str, column: str) -> Standing | None:
    """Give what holds for the items of a kind in a column at an organ.

    The organ's own template goes before those above it; there, one of the column before one of all columns,
    and then one of the kind before one of all kinds.
    """
    column = (await list_merged(tx)).get(column, column)
    reaches = [Reach(place, said) for place in dict.fromkeys((column, "")) for said in (kind, ANY_KIND)]
    for above in (await upwards(tx, frozenset((org_id,))))[org_id]:
        own = await list_templates(tx, above)
        for reach in reaches:
            if slugs := own.get(reach):
                return Standing(above, reach, slugs)
    return None


async def template_of(tx: Tx, org_id: str, kind: str, column: str) -> tuple[str, ...]:
    """Give the slugs of the accounts ticked for a kind and a column, without those that may not post."""
    return await may_post(tx, await find_standing(tx, org_id, kind, column))


async def may_post(tx: Tx, standing: Standing | None) -> tuple[str, ...]:
    """Give the slugs of a template without those of accounts that may not post."""
    if standing is None:
        return ()
    active = sa.select(account.c.slug).where(account.c.slug.in_(standing.slugs), account.c.state == "active")
    return tuple((await tx.execute(active.order_by(account.c.slug))).scalars())


async def insert_left_out(tx: Tx, release_id: str, reasons: Mapping[str, str], *, by: str) -> None:
    """Write what a release left out, by slug, and why."""
    if not reasons:
        return
    known = sa.select(account.c.id, account.c.slug).where(account.c.slug.in_(tuple(reasons)))
    rows = [
        {"release_id": release_id, "account_id": row.id, "reason": reasons[row.slug], "left_out_by": by}
        for row in await tx.execute(known)
    ]
    if rows:
        await tx.execute(left_out.insert(), rows)


async def list_left_out(tx: Tx, release_id: str) -> tuple[LeftOut, ...]:
    """Give what a release left out."""
    wanted = (
        sa.select(account.c.slug, account.c.name, left_out.c.reason, person.c.name.label("by"))
        .join(account, account.c.id == left_out.c.account_id)
        .join(person, person.c.id == left_out.c.left_out_by)
        .where(left_out.c.release_id == release_id)
        .order_by(account.c.slug)
    )
    return tuple(LeftOut(row.slug, row.name, row.reason, row.by) for row in await tx.execute(wanted))
