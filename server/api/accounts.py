"""/api/v1/accounts: where organs are present; a secret goes in and never comes out."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.orgs import OrgOut
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.menus import put_menu
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.accounts import AccountIn, counted_of
from server.forms.words import Form, Out, Slug
from server.parts import PARTS
from server.security.opening import DrawnUp, open_account
from server.store.accounts import AccountRow, find_account, list_accounts
from server.store.tx import Tx


class MenuIn(Form):
    """Whose menu."""

    account: Annotated[Slug, Field(title="账号")]


class AccountOut(Out):
    """账号, without settings and secret."""

    slug: str
    name: str
    channel: str
    counted_as: str
    org: OrgOut
    state: str
    has_secret: bool
    permitted_until: datetime | None
    practice: bool  # 演练: takes practice items and nothing else

    @classmethod
    def of(cls, row: AccountRow) -> "AccountOut":
        """Give an account as the API shows it."""
        return cls(
            slug=row.slug,
            name=row.name,
            channel=row.channel,
            counted_as=row.counted_as,
            org=OrgOut.of(row.org),
            state=row.state,
            has_secret=row.sealed is not None,
            permitted_until=row.permitted_until,
            practice=row.practice,
        )


class AccountsOut(Out):
    """账号, by slug."""

    accounts: tuple[AccountOut, ...]


async def list_readable(request: web.Request) -> web.Response:
    """Give the accounts of the organs whose items the caller may see."""
    ids = signed_in(request).orgs_for("read")
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_accounts(tx, ids)
    return answer(AccountsOut(accounts=tuple(AccountOut.of(row) for row in rows)))


async def create_account(request: web.Request) -> web.Response:
    """Write a new account that its channel can open."""
    parts, form = request.config_dict[PARTS], await form_of(request, AccountIn)
    async with parts.store.begin() as tx:
        org = await get_org(tx, form.org, field="org")
        signed_in(request).require("manage_accounts", org.id)
        drawn = DrawnUp(
            parts.new_id(), org.as_org(), form.channel, form.slug, form.name, counted_of(form),
            form.settings, form.secret,
        )  # fmt: skip
        row = await open_account(tx, drawn, parts.vault, parts.open_channel, at=parts.now())
    return answer(AccountOut.of(row), 201)


async def put_account_menu(request: web.Request) -> web.Response:
    """Put the menu of the site's columns at the account's platform."""
    parts, form = request.config_dict[PARTS], await form_of(request, MenuIn)
    async with parts.store.read() as tx:
        row = await find_account(tx, form.account)
    if row is None:
        raise Problem("unknown_account", "没有这个账号", field="account")
    signed_in(request).require("manage_accounts", row.org.id)
    await put_menu(parts.store, parts.open_channel, row, parts.sites, now=parts.now)
    return answer(AccountOut.of(row))


async def account_for(tx: Tx, request: web.Request, slug: str) -> AccountRow:
    """Give the account that a form names, where the caller manages accounts of its organ."""
    row = await find_account(tx, slug)
    if row is None:
        raise Problem("unknown_account", "没有这个账号", field="account")
    signed_in(request).require("manage_accounts", row.org.id)
    return row


ROUTES = (
    Route("GET", "/api/v1/accounts", list_readable, "我能用的账号", "read", answer=AccountsOut),
    Route(
        "POST", "/api/v1/accounts", create_account, "添加账号", "manage_accounts",
        form=AccountIn, answer=AccountOut, status=201,
    ),
    Route(
        "POST", "/api/v1/accounts/menu", put_account_menu, "更新公众号菜单", "manage_accounts",
        form=MenuIn, answer=AccountOut,
    ),
)  # fmt: skip
