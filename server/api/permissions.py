"""/api/v1/accounts/permission: an account's permission at its platform, granted by a person and given back.

The person comes back to the console's page, not here: it is his browser that the platform sends.
"""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from channels.contract import CouldNotLook
from server.api.accounts import AccountOut, account_for
from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.permissions import check_permission
from server.core.problems import Problem
from server.forms.accounts import AccessIn
from server.forms.words import Form, Out, Slug
from server.parts import PARTS, Parts
from server.security.granting import send_to_grant, take_back
from server.security.permissions import Access, change_access
from server.store.accounts import get_account


class PermissionIn(Form):
    """Which account."""

    account: Annotated[Slug, Field(title="账号")]


class SentOut(Out):
    """Where the account's owner goes with his browser, until when, and where the platform sends him back."""

    address: str
    ends_at: datetime
    back: str


async def begin_permission(request: web.Request) -> web.Response:
    """Give the address on which the account's owner grants the permission."""
    parts, form = request.config_dict[PARTS], await form_of(request, PermissionIn)
    async with parts.store.begin() as tx:
        account = await account_for(tx, request, form.account)
        sent = await send_to_grant(parts.grant_desk, tx, account, by=signed_in(request).person_id)
    return answer(SentOut(address=sent.address, ends_at=sent.ends_at, back=sent.back))


async def ask_permission(request: web.Request) -> web.Response:
    """Ask the platform whether the permission stands, and until when."""
    parts, form = request.config_dict[PARTS], await form_of(request, PermissionIn)
    async with parts.store.read() as tx:
        account = await account_for(tx, request, form.account)
    seen = await check_permission(parts.store, parts.open_channel, account, now=parts.now)
    if isinstance(seen, CouldNotLook):
        raise Problem("platform_away", f"{seen.reason}，请稍后再试", field="account")
    return await _show(parts, account.id)


async def revoke_permission(request: web.Request) -> web.Response:
    """Give the permission back; deliveries of the account wait from now on."""
    parts, form = request.config_dict[PARTS], await form_of(request, PermissionIn)
    async with parts.store.read() as tx:
        account = await account_for(tx, request, form.account)
    await take_back(parts.grant_desk, account)
    return await _show(parts, account.id)


async def change_account(request: web.Request) -> web.Response:
    """Change an account's settings or its secret."""
    parts, form = request.config_dict[PARTS], await form_of(request, AccessIn)
    if "window" in form.settings:
        raise Problem("invalid", "发布时段请用 /api/v1/accounts/hours 设置", field="settings")
    async with parts.store.begin() as tx:
        account = await account_for(tx, request, form.account)
        access = Access(form.settings, form.secret)
        row = await change_access(tx, account, access, parts.vault, parts.open_channel, at=parts.now())
    await parts.wake()
    return answer(AccountOut.of(row))


async def _show(parts: Parts, account_id: str) -> web.Response:
    async with parts.store.read() as tx:
        return answer(AccountOut.of(await get_account(tx, account_id)))


ROUTES = (
    Route(
        "POST", "/api/v1/accounts/permission", begin_permission, "去平台授权", "manage_accounts",
        form=PermissionIn, answer=SentOut,
    ),
    Route(
        "POST", "/api/v1/accounts/permission/check", ask_permission, "核对平台授权", "manage_accounts",
        form=PermissionIn, answer=AccountOut,
    ),
    Route(
        "POST", "/api/v1/accounts/permission/revoke", revoke_permission, "收回平台授权", "manage_accounts",
        form=PermissionIn, answer=AccountOut,
    ),
    Route(
        "POST", "/api/v1/accounts/access", change_account, "更改账号的设置或凭据", "manage_accounts",
        form=AccessIn, answer=AccountOut,
    ),
)  # fmt: skip
