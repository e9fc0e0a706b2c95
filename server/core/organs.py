"""Organs as people name them: by their code, or by the name they sign with."""

from collections.abc import Iterable

from channels.item import JointOrg, Org
from server.core.problems import Problem
from server.store.orgs import OrgRow, find_org_by_code, list_orgs_named
from server.store.tx import Tx


async def get_org(tx: Tx, code: str, *, field: str) -> OrgRow:
    """Give the organ with a code; refuses an unknown one, naming the field it stood in."""
    org = await find_org_by_code(tx, code)
    if org is None:
        raise Problem("unknown_org", f"没有代码为“{code}”的机构", field=field)
    return org


async def find_joint_orgs(tx: Tx, names: Iterable[str], lead: Org) -> tuple[JointOrg, ...]:
    """Give the organs that issued a document together with the lead one, each once, ours by their codes.

    The lead itself may be named among them, as documents do; it is left out.
    """
    others = tuple(dict.fromkeys(name for name in names if name != lead.name))
    codes = {org.name: org.code for org in await list_orgs_named(tx, others)} if others else {}
    return tuple(JointOrg(name, codes.get(name)) for name in others)
