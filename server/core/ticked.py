"""Channel templates: which accounts a kind of item goes to, and why a release leaves one of them out."""

from collections.abc import Mapping
from datetime import datetime

from server.core.acts import note
from server.core.gates import require_page
from server.core.problems import Problem, Problems
from server.store.accounts import AccountRow, list_accounts_named
from server.store.audit import Subject
from server.store.items import ItemSeen
from server.store.orgs import ancestor_ids, subtree_ids
from server.store.templates import Reach, replace_template, template_of
from server.store.tx import Tx


async def reachable_ids(tx: Tx, org_id: str) -> frozenset[str]:
    """Give the organs on whose accounts the items of an organ may go: its own, those above, those below."""
    return await ancestor_ids(tx, org_id) | await subtree_ids(tx, org_id)


async def tick(
    tx: Tx, org_id: str, reach: Reach, slugs: tuple[str, ...], *, at: datetime
) -> tuple[AccountRow, ...]:
    """Set the accounts of an organ for some items; none at all: what is wider or stands above holds.

    Refuses accounts that are not known or are another organ's, and a set that no release could take: what
    waits for the page needs the website beside it (invariant 7).
    """
    found = await list_accounts_named(tx, slugs)
    reachable = await reachable_ids(tx, org_id)
    missing = set(slugs) - {one.slug for one in found if one.org.id in reachable and not one.practice}
    if missing:
        raise Problem("unknown_account", f"没有账号“{min(missing)}”", field="accounts")
    require_page(found)
    await replace_template(tx, org_id, reach, [one.id for one in found], at=at)
    subject = Subject(org_id=org_id)
    await note(
        tx, "channels.template", subject, at=at, kind=reach.kind, column=reach.column or None,
        accounts=sorted(one.slug for one in found),
    )  # fmt: skip
    return found


async def require_reasons(
    tx: Tx, seen: ItemSeen, accounts: tuple[str, ...], reasons: Mapping[str, str]
) -> Mapping[str, str]:
    """Give the reasons of what is really left out; refuses an account that is left out without one."""
    if seen.practice:  # templates name real accounts
        return {}
    missing = [
        slug
        for slug in await template_of(tx, seen.org.id, seen.kind, seen.revision.sheet.column)
        if slug not in accounts
    ]
    silent = [slug for slug in missing if not reasons.get(slug, "").strip()]
    if silent:
        names = {one.slug: one.name for one in await list_accounts_named(tx, tuple(silent))}
        raise Problems(
            tuple(
                Problem(
                    "left_out",
                    f"渠道模板里有账号“{names.get(slug, slug)}”，不发到这里要写明原因",
                    field=f"left_out.{slug}",
                )
                for slug in silent
            )
        )
    return {slug: reasons[slug].strip() for slug in missing}
