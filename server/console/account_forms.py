"""/console/accounts/new and /console/accounts/ID: an account is added, changed, limited, and tried."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

from aiohttp import web

from server.console.account_fields import ACCOUNT_FIELDS
from server.console.page import Page, Visit
from server.core.broadcasting import keep_plan
from server.core.budgets import PER_DAY, PER_MINUTE, set_budget
from server.core.connection import Connection, try_connection
from server.core.office import rename_account
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.accounts import COUNTS, AccessIn, AccountIn, ChannelName, PostsIn, counted_of
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS, refusals_of
from server.security.opening import DrawnUp, open_account
from server.security.permissions import Access, change_access
from server.store.accounts import AccountRow, get_account
from server.store.broadcasts import BroadcastKind, list_plans
from server.store.orgs import list_orgs
from server.store.tx import Tx

_ACCOUNTS: Final = "/console/accounts"
_MOST_SLOTS: Final = 200
_KINDS: Final[Mapping[str, str]] = {
    "": "单独发布，不推送给关注者",
    "subscription": "群发，订阅号（每天 1 次）",
    "service": "群发，服务号（每月 4 次）",
}


async def show_new(visit: Visit) -> web.StreamResponse:
    """Show the form of a new account on the channel that was chosen."""
    return await _form(visit, _channel_of(visit.query("channel", "weibo")))


async def take_new(visit: Visit) -> web.StreamResponse:
    """Write a new account."""
    parts, fields = visit.parts, visit.fields
    channel = _channel_of(fields.get("channel"))
    try:
        told = {name: fields.get(name) for name in ("org", "channel", "slug", "name")}
        counted_as = fields.get("counted_as") or None
        form = filled_in(AccountIn, {**told, "counted_as": counted_as, **_typed(visit, channel)})
        async with parts.store.begin() as tx:
            org = await get_org(tx, form.org, field="org")
            visit.who.require("manage_accounts", org.id)
            drawn = DrawnUp(
                parts.new_id(), org.as_org(), form.channel, form.slug, form.name, counted_of(form),
                form.settings, form.secret,
            )  # fmt: skip
            row = await open_account(tx, drawn, parts.vault, parts.open_channel, at=parts.now())
    except REFUSALS as error:
        return await _form(visit, channel, error)
    return visit.go(f"{_ACCOUNTS}/{row.id}", done="created")


async def show_account(visit: Visit) -> web.StreamResponse:
    """Show what is set of an account; of its secret only that it is there."""
    return await _page(visit, await _managed(visit))


async def take_access(visit: Visit) -> web.StreamResponse:
    """Change name, settings and secret; a secret left empty stays as it is."""
    parts = visit.parts

    async def act(tx: Tx, row: AccountRow) -> None:
        typed = _typed(visit, cast("ChannelName", row.channel), is_new=False)
        form = filled_in(AccessIn, {"account": row.slug, **typed})
        name = " ".join(visit.fields.get("name").split())
        if not 1 <= len(name) <= 60:
            raise Problem("invalid", "账号名称应为 1 到 60 个字", field="name")
        await rename_account(tx, row, name, at=parts.now())
        if form.settings or form.secret:
            access = Access(form.settings, form.secret)
            await change_access(tx, row, access, parts.vault, parts.open_channel, at=parts.now())

    return await _act(visit, act)


async def take_budget(visit: Visit) -> web.StreamResponse:
    """Say how often an account may post."""

    async def act(tx: Tx, row: AccountRow) -> None:
        form = filled_in(PostsIn, {name: _number(visit, name) for name in ("a_minute", "a_day")})
        await set_budget(tx, row, form.a_minute, form.a_day, at=visit.parts.now())

    return await _act(visit, act)


async def take_broadcast(visit: Visit) -> web.StreamResponse:
    """Let a WeChat account push at its slots, or publish each article by itself."""
    parts, kind = visit.parts, visit.fields.get("kind")
    if kind not in _KINDS:
        kind = ""

    async def act(tx: Tx, row: AccountRow) -> None:
        slots = visit.fields.get("slots")[:_MOST_SLOTS]
        word = cast("BroadcastKind", kind) if kind else None
        await keep_plan(tx, row, word, slots, parts.calendar, at=parts.now())

    return await _act(visit, act)


async def take_trial(visit: Visit) -> web.StreamResponse:
    """Ask the platform whether it knows the account; nothing is posted."""
    row, parts = await _managed(visit), visit.parts
    seen = await try_connection(parts.store, parts.open_channel, row, now=parts.now)
    return await _page(visit, await _managed(visit), seen=seen)


async def _act(visit: Visit, act: Callable[[Tx, AccountRow], Awaitable[None]]) -> web.StreamResponse:
    row = await _managed(visit)
    try:
        async with visit.parts.store.begin() as tx:
            await act(tx, await get_account(tx, row.id))
    except REFUSALS as error:
        return await _page(visit, row, error)
    await visit.parts.wake()
    return visit.go(f"{_ACCOUNTS}/{row.id}", done="changed")


async def _managed(visit: Visit) -> AccountRow:
    async with visit.parts.store.read() as tx:
        row = await get_account(tx, visit.place("account_id"))
    visit.who.require("manage_accounts", row.org.id)
    return row


def _channel_of(word: str) -> ChannelName:
    if word not in ACCOUNT_FIELDS:
        raise Problem("invalid", "没有这种渠道", field="channel")
    return cast("ChannelName", word)


def _typed(visit: Visit, channel: ChannelName, *, is_new: bool = True) -> dict[str, dict[str, str]]:
    """Give the settings and the secret that were filled in; what was never there is not taken away."""
    typed: dict[str, dict[str, str]] = {"settings": {}, "secret": {}}
    for one in ACCOUNT_FIELDS[channel]:
        value = visit.fields.get(one.key).strip()
        if value or (not is_new and not one.is_secret and visit.fields.has(one.key)):
            typed["secret" if one.is_secret else "settings"][one.name] = value
    return typed


def _number(visit: Visit, name: str) -> int | str | None:
    text = visit.fields.get(name).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text or None


async def _form(visit: Visit, channel: ChannelName, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, visit.who.orgs_for("manage_accounts"))
    return _shown(
        visit, "account_new.html", error, channel=channel, asked=ACCOUNT_FIELDS[channel], orgs=orgs,
        counts=sorted(COUNTS[channel]), channels=tuple(ACCOUNT_FIELDS),
        safe_domain=visit.parts.site.url.partition("://")[2].partition("/")[0].partition(":")[0],
    )  # fmt: skip


async def _page(
    visit: Visit, row: AccountRow, error: Exception | None = None, *, seen: Connection | None = None
) -> web.Response:
    kept = visit.parts.vault.open(row.sealed) if row.sealed else {}
    async with visit.parts.store.read() as tx:
        plan = (await list_plans(tx, frozenset({row.id}))).get(row.id)
    return _shown(
        visit, "account.html", error, account=row, seen=seen, kept=frozenset(kept), plan=plan, kinds=_KINDS,
        asked=ACCOUNT_FIELDS[cast("ChannelName", row.channel)],
        a_minute=row.settings.get(PER_MINUTE, ""), a_day=row.settings.get(PER_DAY, ""),
    )  # fmt: skip


def _shown(visit: Visit, template: str, error: Exception | None, **values: Any) -> web.Response:
    trouble = refusals_of(error)
    return visit.show(
        template, section="accounts", typed=visit.fields, trouble=trouble, **values,
    )  # fmt: skip


PAGES = (
    Page("GET", f"{_ACCOUNTS}/new", show_new, "manage_accounts"),
    Page("POST", f"{_ACCOUNTS}/new", take_new, "manage_accounts"),
    Page("GET", f"{_ACCOUNTS}/{{account_id}}", show_account, "manage_accounts"),
    Page("POST", f"{_ACCOUNTS}/{{account_id}}/access", take_access, "manage_accounts"),
    Page("POST", f"{_ACCOUNTS}/{{account_id}}/budget", take_budget, "manage_accounts"),
    Page("POST", f"{_ACCOUNTS}/{{account_id}}/broadcast", take_broadcast, "manage_accounts"),
    Page("POST", f"{_ACCOUNTS}/{{account_id}}/trial", take_trial, "manage_accounts"),
)
