"""Organs as people name them: by their code."""

from server.core.problems import Problem
from server.store.orgs import OrgRow, find_org_by_code
from server.store.tx import Tx


async def get_org(tx: Tx, code: str, *, field: str) -> OrgRow:
    """Give the organ with a code; refuses an unknown one, naming the field it stood in."""
    org = await find_org_by_code(tx, code)
    if org is None:
        raise Problem("unknown_org", f"没有代码为“{code}”的机构", field=field)
    return org
