"""/console/permissions: accounts whose permission is granted at their platform, the way there and back."""

from datetime import date
from typing import Final

from aiohttp import web

from channels.contract import CouldNotLook
from channels.permission import Permitted
from server.console.caller import caller_of
from server.console.page import Page, Visit, show
from server.core.acts import acting_as
from server.core.days import day_of
from server.core.permissions import check_permission
from server.core.problems import Problem
from server.forms.refusals import status_of
from server.parts import PARTS
from server.security.granting import BACK, bring_grant, permitted_channel, send_to_grant, take_back
from server.store.accounts import AccountRow, find_account, list_accounts
from server.store.tx import Tx

_HERE: Final = "/console/permissions"
_LONGEST: Final = 512
"""Characters of what a platform may send back in one word; nobody sends so many."""


async def show_permissions(visit: Visit) -> web.Response:
    """Show each such account: whether its permission stands, and how long it still does."""
    async with visit.parts.store.read() as tx:
        rows = await list_accounts(tx, visit.who.orgs_for("manage_accounts"))
    desk, today = visit.parts.grant_desk, day_of(visit.parts.now())
    accounts = tuple(
        _line(row, channel, today) for row in rows if (channel := permitted_channel(desk, row)) is not None
    )
    back = f"{visit.parts.site.url}{BACK}"
    return visit.show("permissions.html", section="permissions", accounts=accounts, back=back)


def _line(row: AccountRow, channel: Permitted, today: date) -> tuple[AccountRow, bool, int | None]:
    """Give an account, whether its deliveries wait for a permission, and the days that one still has."""
    until = row.permitted_until
    waits = row.state == "unauthorised" or not channel.is_granted
    return row, waits, None if until is None else (day_of(until) - today).days


async def send_owner(visit: Visit) -> web.Response:
    """Show the way to the platform: a link, because a form of ours leads nowhere else."""
    async with visit.parts.store.begin() as tx:
        account = await _account_for(tx, visit)
        sent = await send_to_grant(visit.parts.grant_desk, tx, account, by=visit.who.person_id)
    return visit.show("permission_begun.html", section="permissions", account=account, sent=sent)


async def ask_platform(visit: Visit) -> web.Response:
    """Ask the platform whether a permission stands."""
    parts = visit.parts
    async with parts.store.read() as tx:
        account = await _account_for(tx, visit)
    seen = await check_permission(parts.store, parts.open_channel, account, now=parts.now)
    if isinstance(seen, CouldNotLook):
        raise Problem("platform_away", f"{seen.reason}，请稍后再试", field="account")
    return visit.go(_HERE, done="permission_checked")


async def revoke(visit: Visit) -> web.Response:
    """Give a permission back."""
    async with visit.parts.store.read() as tx:
        account = await _account_for(tx, visit)
    await take_back(visit.parts.grant_desk, account)
    return visit.go(_HERE, done="permission_revoked")


async def take_permission(request: web.Request) -> web.Response:
    """Take what the platform sent along with a person's browser; he is known by the state alone."""
    parts = request.config_dict[PARTS]
    state, code, refusal = (request.query.get(name, "")[:_LONGEST] for name in ("state", "code", "error"))
    try:
        with acting_as(caller_of(request)):
            account, freed = await bring_grant(parts.grant_desk, state, code, refusal)
    except Problem as refused:
        return _told(request, status_of(refused), "授权没有完成", refused.message)
    await parts.wake()
    going = f"等待授权的 {freed} 条投递已继续。" if freed else "新的投递会照常发出。"
    return _told(request, 200, f"账号“{account.name}”已授权", going)


def _told(request: web.Request, status: int, heading: str, sentence: str) -> web.Response:
    # The address of this page holds a code: it goes nowhere else.
    answer = show(
        request, "permission_done.html", who=None, status=status, heading=heading, sentence=sentence
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


async def _account_for(tx: Tx, visit: Visit) -> AccountRow:
    row = await find_account(tx, visit.fields.get("account")[:64])
    if row is None:
        raise Problem("unknown_account", "没有这个账号", field="account")
    visit.who.require("manage_accounts", row.org.id)
    return row


PAGES = (
    Page("GET", _HERE, show_permissions, "manage_accounts"),
    Page("POST", f"{_HERE}/begin", send_owner, "manage_accounts"),
    Page("POST", f"{_HERE}/check", ask_platform, "manage_accounts"),
    Page("POST", f"{_HERE}/revoke", revoke, "manage_accounts"),
)
