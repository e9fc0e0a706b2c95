"""Channel templates: which accounts a kind of item goes to, and what a release left out of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.levels import ANY_KIND, upwards
from server.store.review_tables import channel_template, left_out
from server.store.tables import account, person
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An account that a release left out, why, and who said so."""

    account: str
    name: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A template that holds: which organ has set it, for which kind, and the slugs of its accounts."""

    org_id: str
    kind: str
    slugs: tuple[str, ...]


async def replace_template(
    tx: Tx, org_id: str, kind: str, account_ids: Iterable[str], *, at: datetime
) -> None:
    """Set the accounts of an organ for a kind; none at all: what stands above it holds again."""
    await tx.execute(
        channel_template.delete().where(channel_template.c.org_id == org_id, channel_template.c.kind == kind)
    )
    rows = [
        {"org_id": org_id, "kind": kind, "account_id": account_id, "set_at": at}
        for account_id in dict.fromkeys(account_ids)
    ]
    if rows:
        await tx.execute(channel_template.insert(), rows)


async def list_templates(tx: Tx, org_id: str) -> dict[str, tuple[str, ...]]:
    """Give what an organ has set itself: slugs of accounts by kind."""
    wanted = (
        sa.select(channel_template.c.kind, account.c.slug)
        .join(account, account.c.id == channel_template.c.account_id)
        .where(channel_template.c.org_id == org_id)
        .order_by(channel_template.c.kind, account.c.slug)
    )
    found: dict[str, list[str]] = {}
    for row in await tx.execute(wanted):
        found.setdefault(row.kind, []).append(row.slug)
    return {kind: tuple(slugs) for kind, slugs in found.items()}


async def find_standing(tx: Tx, org_id: str, kind: str) -> Standing | None:
    """Give what holds for a kind at an organ.

    The organ's own template goes before those above it, one of the kind before one of all kinds.
    """
    for above in await upwards(tx, org_id):
        by_kind = await list_templates(tx, above)
        for said in (kind, ANY_KIND):
            if slugs := by_kind.get(said):
                return Standing(above, said, slugs)
    return None


async def template_of(tx: Tx, org_id: str, kind: str) -> tuple[str, ...]:
    """Give the slugs of the accounts ticked for a kind at an organ, without those that may not post."""
    standing = await find_standing(tx, org_id, kind)
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
