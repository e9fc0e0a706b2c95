"""Where something is done about an alert: the page that solves it, for whoever may act there."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from server.security.access import Act, SignedIn
from server.store.accounts import list_accounts_of
from server.store.alerts import Alert
from server.store.orgs import list_orgs
from server.store.tokens import list_tokens
from server.store.tx import Tx

_PAGES: Final[Mapping[str, tuple[tuple[str, Act], ...]]] = {
    "api_token": (("/console/machine#api_token", "read"),),
    "authorisation": (("/console/permissions", "manage_accounts"), ("/console/accounts", "read")),
    "backup": (("/console/machine#backup", "read"),),
    "calendar": (("/console/workdays", "read"),),
    "certificate": (("/console/machine#certificate", "read"),),
    "check": (("/console/items/{item}/check", "read"),),
    "clock": (("/console/machine#clock", "read"),),
    "disk": (("/console/machine#disk", "read"),),
    "job": (("/console/jobs", "run_jobs"), ("/console/machine#job", "read")),
    "overdue": (("/console/overdue", "read"),),
    "takedown": (("/console/deliveries/{of}", "read"),),
    "token": (("/console/permissions", "manage_accounts"), ("/console/accounts", "read")),
    "unreviewed": (("/console/items/{item}/review", "approve"),),
}
"""The pages of a kind, the first on which somebody may act before the others, and what each takes."""

_SILENCE: Final[Mapping[str, tuple[tuple[str, Act], ...]]] = {
    "account": (("/console/items/new", "write"), ("/console/accounts", "read")),
    "column": (
        ("/console/items/new?column={of}", "write"),
        ("/console/columns/{of}", "manage_columns"),
        ("/console/items", "read"),
    ),
}
_ITEM: Final[tuple[tuple[str, Act], ...]] = (("/console/items/{item}", "read"),)
_REPORTS: Final = "read_statistics"


async def told_of(tx: Tx, who: SignedIn) -> frozenset[str | None]:
    """Give the organs whose alerts a person is told of; None: the site's and the machine's.

    What belongs to no organ is the matter of those who have the site.
    """
    reads = who.orgs_for("read")
    site_orgs = {one.org.id for one in await list_accounts_of(tx, ("website",))}
    return reads | {None} if site_orgs & reads else reads


async def leads_of(tx: Tx, who: SignedIn, alerts: Iterable[Alert]) -> dict[str, str]:
    """Give by the keys of alerts where each leads, "" where there is no page for this person."""
    codes = {one.id: one.code for one in await list_orgs(tx, who.orgs_for(_REPORTS))}
    leads = {one.key: lead_of(who, one, codes) for one in alerts}
    own = {f"api_token:{token.id}": "/console/tokens" for token in await list_tokens(tx, who.person_id)}
    return {key: own.get(key, lead) for key, lead in leads.items()}  # nobody else issues a new one


def lead_of(who: SignedIn, alert: Alert, codes: Mapping[str, str]) -> str:
    """Give where an alert leads a person; `codes` are those of the organs whose figures he reads, by id."""
    first, _sign, rest = alert.key.partition(":")
    of = rest.partition(":")[0]
    if alert.kind == "report":
        return _report(first, of, codes.get(alert.org_id or "", ""))
    pages = _SILENCE.get(first, ()) if alert.kind == "silence" else _PAGES.get(alert.kind, ())
    for path, act in (*pages, *(_ITEM if alert.item_id else ())):
        orgs = who.orgs_for(act)
        if orgs and (alert.org_id is None or alert.org_id in orgs):
            return path.format(item=alert.item_id, of=of)
    return ""


def _report(first: str, of: str, code: str) -> str:
    """Give the page of figures: `of` is their year or month, or the year in which the last one's are due."""
    if not code:
        return ""
    page = "/console/report/months" if first == "month" else "/console/report"
    year = str(int(of) - 1) if first == "report" else of[:4]
    return f"{page}?{urlencode({'org': code, 'year': year})}"
