"""Every route of the API on one screen, and how they get into an application."""

from functools import cache
from typing import Final

from aiohttp import web

from server.api import (
    accounts,
    agenda,
    alerts,
    assessments,
    audit,
    broadcasts,
    calendars,
    checks,
    columns,
    decisions,
    deliveries,
    dictionary,
    evidence,
    factors,
    follows,
    health,
    hours,
    imports,
    items,
    jobs,
    media,
    months,
    moves,
    obligations,
    orgs,
    people,
    permissions,
    reading,
    reports,
    reviewing,
    sensitive_days,
    sessions,
    silent,
    statistics,
    tokens,
    twins,
    writing,
)
from server.api.answers import PRIVATE
from server.api.callbacks import add_callbacks
from server.api.openapi import openapi_document
from server.api.problems import answer_problems
from server.api.requests import guarded, name_request
from server.api.route import Route
from server.prepared import PACKED, Packed
from server.turns import TURNS, Turns

DOCUMENT: Final = web.AppKey("openapi_document", bytes)
_PREFIX: Final = "/api"


async def show_document(request: web.Request) -> web.Response:
    """Give the OpenAPI document."""
    document = request.config_dict[DOCUMENT]
    return web.Response(body=document, content_type="application/json", headers=PRIVATE)


ROUTES: Final = (
    Route(
        "GET",
        "/api/openapi.json",
        show_document,
        "本接口的 OpenAPI 文档",
        "anyone",
        files=("application/json",),
    ),
    *health.ROUTES,
    *sessions.ROUTES,
    *factors.ROUTES,
    *tokens.ROUTES,
    *orgs.ROUTES,
    *people.ROUTES,
    *accounts.ROUTES,
    *permissions.ROUTES,
    *media.ROUTES,
    *items.ROUTES,
    *checks.ROUTES,
    *dictionary.ROUTES,
    *imports.ROUTES,
    *reviewing.ROUTES,
    *writing.ROUTES,
    *deliveries.ROUTES,
    *evidence.ROUTES,
    *decisions.ROUTES,
    *follows.ROUTES,
    *twins.ROUTES,
    *moves.ROUTES,
    *columns.ROUTES,
    *calendars.ROUTES,
    *sensitive_days.ROUTES,
    *agenda.ROUTES,
    *obligations.ROUTES,
    *jobs.ROUTES,
    *hours.ROUTES,
    *broadcasts.ROUTES,
    *alerts.ROUTES,
    *audit.ROUTES,
    *statistics.ROUTES,
    *reports.ROUTES,
    *silent.ROUTES,
    *months.ROUTES,
    *assessments.ROUTES,
    *reading.ROUTES,
)


@cache
def _document() -> bytes:
    """Give the document of all routes: they never change in a process, and it takes long to make."""
    return openapi_document(ROUTES)


def add_api(app: web.Application) -> None:
    """Put the API into an application that has its parts."""
    # What stands below /api answers every refusal as problem+json, an unknown address included.
    api = web.Application(middlewares=[answer_problems])
    for route in ROUTES:
        if route.path.startswith(_PREFIX + "/"):
            api.router.add_route(route.method, route.path.removeprefix(_PREFIX), guarded(route))
        else:
            app.router.add_route(route.method, route.path, guarded(route))
        if route.method == "GET" and route.path.startswith(f"{_PREFIX}/v1/public/"):
            api.router.add_route("HEAD", route.path.removeprefix(_PREFIX), guarded(route))
    add_callbacks(api)
    app[DOCUMENT] = _document()
    app[PACKED] = Packed()
    app[TURNS] = Turns()
    app.middlewares.append(name_request)
    app.add_subapp(_PREFIX, api)
