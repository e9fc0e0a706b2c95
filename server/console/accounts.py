"""/console/accounts: the accounts of the visitor's organs, their health, this month's count, and switches."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from aiohttp import web

from scheduler.deadlines import NEWS_SILENCE, NEWS_SILENCE_WARNING
from server.console.names import Tone
from server.console.page import Page, Visit
from server.console.rows import CHANNEL_ORDER
from server.core.days import day_of
from server.core.decide import authorise, set_paused
from server.core.expedite import keep_hours
from server.core.menus import put_menu
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of, status_of
from server.store.accounts import AccountRow, find_account, list_accounts
from server.store.statistics import Sieve, sum_figures
from server.store.tx import Tx
from server.store.watching import AccountHeard, list_accounts_heard

_PATH: Final = "/console/accounts"
_SOCIAL: Final = ("weibo", "wechat")
_SOON: Final = 7
STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "active": ("正常", "good"),
    "paused": ("已暂停", "wait"),
    "unauthorised": ("需要重新授权", "bad"),
}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account with what an editor wants to know of it today."""

    row: AccountRow
    last_on: date | None
    silent: int | None  # days without anything, where the law watches them
    permitted_for: int | None  # days until its permission ends
    this_month: int
    may_manage: bool

    @property
    def silence_tone(self) -> Tone:
        """Give how bad the silence is (国办秘函〔2019〕19号: two weeks)."""
        if self.silent is None or self.silent < NEWS_SILENCE_WARNING.days:
            return ""
        return "bad" if self.silent >= NEWS_SILENCE.days else "wait"

    @property
    def permission_tone(self) -> Tone:
        """Give how soon the permission ends."""
        if self.permitted_for is None or self.permitted_for > _SOON:
            return ""
        return "bad" if self.permitted_for < 0 else "wait"


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
        await put_menu(parts.store, parts.open_channel, row, parts.site, now=parts.now)
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
        lines = await _lines(tx, visit)
    by_org: dict[str, list[AccountLine]] = {}
    for line in lines:
        by_org.setdefault(line.row.org.name, []).append(line)
    trouble = () if error is None else refusals_of(error) or ()
    return visit.show(
        "accounts.html", section="accounts", by_org=by_org, states=STATES, trouble=trouble,
        may_add=bool(visit.who.orgs_for("manage_accounts")),
        trouble_heading="没有更改", typed=visit.fields,
        status=status_of(trouble[0]) if trouble else 200,
    )  # fmt: skip


async def _lines(tx: Tx, visit: Visit) -> list[AccountLine]:
    today = day_of(visit.parts.now())
    rows = await list_accounts(tx, visit.who.orgs_for("read"))
    heard = {one.id: one for one in await list_accounts_heard(tx, with_practice=True)}
    counts: dict[str, int] = {}
    for counter in await sum_figures(tx, Sieve(today.replace(day=1), today), "account"):
        if counter.line == "counted" and counter.channel != "item":
            counts[counter.key] = counts.get(counter.key, 0) + counter.count
    managed = visit.who.orgs_for("manage_accounts")
    lines = [_line(row, heard[row.id], today, counts.get(row.slug, 0), managed) for row in rows]
    return sorted(
        lines, key=lambda one: (one.row.org.code, CHANNEL_ORDER.index(one.row.channel), one.row.slug)
    )


def _line(
    row: AccountRow, heard: AccountHeard, today: date, this_month: int, managed: frozenset[str]
) -> AccountLine:
    last = None if heard.last_live_at is None else day_of(heard.last_live_at)
    since = last or day_of(heard.created_at)
    until = heard.permitted_until
    return AccountLine(
        row,
        last,
        (today - since).days if _is_watched(row) else None,
        None if until is None else (day_of(until) - today).days,
        this_month,
        row.org.id in managed,
    )


def _is_watched(row: AccountRow) -> bool:
    return row.channel in _SOCIAL and row.state != "paused" and not row.practice


PAGES = (
    Page("GET", _PATH, show_accounts, "read"),
    Page("POST", f"{_PATH}/pause", take_pause, "manage_accounts"),
    Page("POST", f"{_PATH}/resume", take_resume, "manage_accounts"),
    Page("POST", f"{_PATH}/authorise", take_authorise, "manage_accounts"),
    Page("POST", f"{_PATH}/hours", take_hours, "manage_accounts"),
    Page("POST", f"{_PATH}/menu", take_menu, "manage_accounts"),
)
