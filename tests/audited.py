"""Every write that went well leaves a line of the audit: tests that call a route prove it by the way.

A route of which this is not asked stands here with the reason.
"""

import re
from collections.abc import Mapping
from functools import cache

import sqlalchemy as sa

from server.api.route import Route
from server.api.routes import ROUTES
from server.console.page import Page
from server.console.pages import PAGES
from server.store.audit_tables import audit
from server.store.tx import Store

_LOOK = "looks only, and changes nothing"
_TYPING = "keeps what somebody is typing until he saves it, which is an act"
_PRESENCE = "tells who has an item open; nothing that lasts"
_BEGUN = "begins what counts only once it is confirmed, which is an act"
WAYS_IN: tuple[Route | Page, ...] = (*ROUTES, *PAGES)
WITHOUT_A_LINE: Mapping[str, str] = {
    "POST /api/v1/checks": _LOOK,
    "POST /api/v1/imports": "gives a proposal of an item, which nobody has saved; its pictures are uploads",
    "POST /api/v1/accounts/permission/check": _LOOK,
    "POST /console/permissions/check": _LOOK,
    "POST /console/accounts/{account_id}/trial": _LOOK,
    "POST /console/report/check": _LOOK,
    "POST /console/proofread": _LOOK,
    "POST /api/v1/calendar/look": _LOOK,
    "POST /console/workdays/look": _LOOK,
    "POST /console/items/{item_id}/release/look": _LOOK,
    "POST /api/v1/items/{item_id}/editing": _PRESENCE,
    "DELETE /api/v1/items/{item_id}/editing": _PRESENCE,
    "POST /console/items/{item_id}/editing": _PRESENCE,
    "POST /console/items/{item_id}/editing/leave": _PRESENCE,
    "PUT /api/v1/scratches/{slot}": _TYPING,
    "DELETE /api/v1/scratches/{slot}": _TYPING,
    "POST /console/scratch": _TYPING,
    "POST /console/scratch/drop": _TYPING,
    "POST /api/v1/sessions/factor": _BEGUN,
    "POST /console/me/factor": _BEGUN,
    "POST /api/v1/accounts/permission": _BEGUN,
    "POST /console/permissions/begin": _BEGUN,
}


@cache
def write_routes() -> Mapping[str, re.Pattern[str]]:
    """Give every route of the API and the console that may change something, with what fits its path."""
    named = [(one.method, one.path) for one in WAYS_IN if one.method != "GET"]
    return {f"{method} {path}": _pattern(path) for method, path in [*named, ("POST", "/console/login")]}


def route_of(method: str, path: str) -> str | None:
    """Give the route that a call takes, the most exact one first; None when it is none that writes."""
    plain = path.partition("?")[0]
    fitting = [
        name
        for name, pattern in write_routes().items()
        if name.startswith(f"{method} ") and pattern.fullmatch(plain)
    ]
    return min(fitting, key=lambda name: name.count("{"), default=None)


async def count_lines(store: Store) -> int:
    """Give how many lines the audit has."""
    async with store.read() as tx:
        return (await tx.execute(sa.select(sa.func.count()).select_from(audit))).scalar_one()


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
