"""What holds for every organ of the office is changed by the organ whose website it is, and those above it.

Columns, calendar, word list, redirects and jobs are one for all: the administrator of a department would
change them for everybody else. He sees them, and is told who may change them. An office of one organ notices
nothing.
"""

from typing import Final

from server.core.problems import Problem
from server.security.access import ACT_NAMES, Act, SignedIn
from server.store.orgs import list_orgs, list_site_orgs
from server.store.tx import Tx

OFFICE_WIDE: Final[frozenset[Act]] = frozenset(
    {"manage_columns", "manage_calendar", "manage_dictionary", "manage_redirects", "run_jobs"}
)


async def refuse_for_office(tx: Tx, who: SignedIn, act: Act) -> str:
    """Give the sentence why somebody may not change what holds for all; "" when he may, or it does not."""
    if act not in OFFICE_WIDE:
        return ""
    site = await list_site_orgs(tx)
    if who.orgs_for(act) & site:
        return ""
    names = "、".join(f"“{one.name}”" for one in await list_orgs(tx, site)) or "网站主办机构"
    return f"“{ACT_NAMES[act]}”对所有机构起作用，只有网站主办机构{names}的人员可以更改"


async def require_for_office(tx: Tx, who: SignedIn, act: Act) -> None:
    """Refuse who may not change what holds for all."""
    refusal = await refuse_for_office(tx, who, act)
    if refusal:
        raise Problem("forbidden", refusal)
