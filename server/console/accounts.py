"""/console/accounts: the accounts of the visitor's organs, their health, this month's count, and switches."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from server.console.account_lines import AccountLine, read_lines
from server.console.names import ACCOUNT_STATES
from server.console.page import Page, Visit
from server.core.decide import authorise, set_paused
from server.core.expedite import keep_hours
from server.core.menus import put_menu
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.store.accounts import AccountRow, find_account
from server.store.tx import Tx

_PATH: Final = "/console/accounts"


async def show_accounts(visit: Visit) -> web.StreamResponse:
    """Show the accounts by organ."""
    return await _shown(visit)


async def take_pause(visit: Visit) -> web.StreamResponse:
    """Let an account's deliveries wait."""
    at = visit.parts.now()
    return await _act(visit, lambda tx, row: set_paused(tx, row, is_paused=True, at=at))


async def take_resume(visit: Visit) -> web.StreamResponse:
    """Let a paused account go on."""
    at = visit.parts.now()
    return await _act(visit, lambda tx, row: set_paused(tx, row, is_paused=False, at=at))


async def take_authorise(visit: Visit) -> web.StreamResponse:
    """Note that an account has its permission again; what waited for it goes on."""
    at = visit.parts.now()
    return await _act(visit, lambda tx, row: authorise(tx, row, at=at))


async def take_hours(visit: Visit) -> web.StreamResponse:
    """Give an account hours in which it posts; an empty field takes them away."""
    parts, window = visit.parts, visit.fields.get("window").strip()[:300] or None
    return await _act(visit, lambda tx, row: keep_hours(tx, row, window, parts.calendar, at=parts.now()))


async def take_menu(visit: Visit) -> web.StreamResponse:
    """Put the menu of the site's columns at the account's platform."""
    parts = visit.parts
    try:
        async with parts.store.read() as tx:
            row = await find_account(tx, visit.fields.get("account")[:64])
        if row is None:
            raise Problem("unknown_account", "没有这个账号", field="account")
        visit.who.require("manage_accounts", row.org.id)
        await put_menu(parts.store, parts.open_channel, row, parts.sites, now=parts.now)
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="menu_put")


async def _act(visit: Visit, act: Callable[[Tx, AccountRow], Awaitable[object]]) -> web.StreamResponse:
    try:
        async with visit.parts.store.begin() as tx:
            row = await find_account(tx, visit.fields.get("account")[:64])
            if row is None:
                raise Problem("unknown_account", "没有这个账号", field="account")
            visit.who.require("manage_accounts", row.org.id)
            await act(tx, row)
    except REFUSALS as error:
        return await _shown(visit, error)
    await visit.parts.wake()
    return visit.go(_PATH, done="changed")


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        lines = await read_lines(tx, visit)
    by_org: dict[str, list[AccountLine]] = {}
    for line in (one for one in lines if not one.rests):
        by_org.setdefault(line.row.org.name, []).append(line)
    trouble = refusals_of(error)
    return visit.show(
        "accounts.html", section="accounts", by_org=by_org, states=ACCOUNT_STATES, trouble=trouble,
        resting=[one for one in lines if one.rests], may_add=bool(visit.who.orgs_for("manage_accounts")),
        trouble_heading="没有更改", typed=visit.fields,
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_accounts, "read"),
    Page("POST", f"{_PATH}/pause", take_pause, "manage_accounts"),
    Page("POST", f"{_PATH}/resume", take_resume, "manage_accounts"),
    Page("POST", f"{_PATH}/authorise", take_authorise, "manage_accounts"),
    Page("POST", f"{_PATH}/hours", take_hours, "manage_accounts"),
    Page("POST", f"{_PATH}/menu", take_menu, "manage_accounts"),
)
