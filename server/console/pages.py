"""Every page of the console on one screen, and how they get into an application."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from aiohttp import web

from server.console import (
    account_forms,
    accounts,
    assessment,
    audit,
    calendar,
    checking,
    columns,
    deliveries,
    evidence,
    evidence_import,
    factors,
    findings,
    follows,
    helping,
    imports,
    items,
    jobs,
    levels,
    live,
    login,
    machine,
    me,
    media,
    mine,
    months,
    notices,
    overdue,
    overview,
    people,
    permissions,
    practice,
    proofreading,
    pushes,
    redirects,
    releases,
    releasing,
    replacing,
    report,
    report_check,
    reviewing,
    scratch,
    sensitive_days,
    silent,
    snapshots,
    statistics,
    ticked,
    tokens,
    twins,
    withdrawing,
    words,
    work,
    workdays,
    writing,
)
from server.console.assets import serve_asset
from server.console.door import answer_trouble, visit
from server.console.page import BUILT, Page
from server.console.pulse import Pulse
from server.console.streams import Streams
from server.parts import PARTS

_PREFIX: Final = "/console"

PAGES: Final[tuple[Page, ...]] = (
    *login.PAGES,
    *work.PAGES,
    *mine.PAGES,
    *media.PAGES,
    *words.PAGES,
    *levels.PAGES,
    *me.PAGES,
    *factors.PAGES,
    *helping.PAGES,
    *scratch.PAGES,
    *writing.PAGES,  # before items: /new is no id
    *items.PAGES,
    *checking.PAGES,
    *findings.PAGES,
    *proofreading.PAGES,
    *imports.PAGES,
    *twins.PAGES,
    *replacing.PAGES,
    *redirects.PAGES,
    *columns.PAGES,
    *reviewing.PAGES,
    *permissions.PAGES,
    *releasing.PAGES,
    *releases.PAGES,
    *live.PAGES,
    *withdrawing.PAGES,
    *deliveries.PAGES,
    *evidence_import.PAGES,  # before evidence: /import is no id
    *evidence.PAGES,
    *follows.PAGES,
    *calendar.PAGES,
    *workdays.PAGES,
    *notices.PAGES,
    *overdue.PAGES,
    *accounts.PAGES,
    *pushes.PAGES,
    *account_forms.PAGES,
    *ticked.PAGES,
    *overview.PAGES,
    *statistics.PAGES,
    *report_check.PAGES,
    *assessment.PAGES,
    *months.PAGES,
    *sensitive_days.PAGES,
    *silent.PAGES,
    *snapshots.PAGES,
    *report.PAGES,
    *jobs.PAGES,
    *machine.PAGES,
    *audit.PAGES,
    *people.PAGES,
    *practice.PAGES,
    *tokens.PAGES,
)
"""A module with pages is one line here; its section of `sections.py` shows as soon as its page is served."""


def add_console(app: web.Application) -> None:
    """Put the console into an application that has its parts."""
    console = web.Application(middlewares=[answer_trouble])
    console[BUILT] = frozenset(page.path for page in PAGES if page.method == "GET")
    console[live.CLOSING] = asyncio.Event()
    console[live.PULSE] = Pulse(app[PARTS].store, seconds=live.PAUSE)
    console[live.STREAMS] = Streams()
    console.on_shutdown.append(_close_streams)
    console.router.add_get("/static/{name}", serve_asset)
    console.router.add_get("/site/{name}", checking.serve_site_asset)
    console.router.add_get("/login", login.show_login)
    console.router.add_post("/login", login.take_login)
    # A platform sends the browser here, and no session cookie comes with it from another site.
    console.router.add_get("/authorised", permissions.take_permission)
    console.router.add_get("/", _first_page)
    for page in PAGES:
        console.router.add_route(page.method, page.path.removeprefix(_PREFIX), _served(page))
    app.add_subapp(_PREFIX, console)


def _served(page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    return partial(visit, page)


async def _close_streams(console: web.Application) -> None:
    console[live.CLOSING].set()
    await console[live.PULSE].close()


async def _first_page(_request: web.Request) -> web.Response:
    return web.Response(status=308, headers={"Location": _PREFIX})
