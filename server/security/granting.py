"""The way of a permission from a person to an account: begin, come back with a code, give back.

Between two transactions the platform is asked; a code that it does not answer for is lost, and the person
begins anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from channels.contract import CouldNotLook, NeedsAuthorisation, NotAccepted, Refused
from channels.permission import Grant, Permitted
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.security.permissions import Begun, accept, begin, come_back, give_back
from server.security.vault import Vault
from server.store.accounts import AccountRow
from server.store.tx import Store, Tx

BACK: Final = "/console/authorised"
"""Where platforms send people back to, on the address of the site; registered with each application."""


@dataclass(frozen=True, slots=True)
class GrantDesk:
    """What granting needs of a process."""

    store: Store
    vault: Vault
    open_channel: OpenChannel
    now: Callable[[], datetime]
    site_url: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a person goes to grant a permission, until when he must be back, and to which address."""

    address: str
    ends_at: datetime
    back: str


async def send_to_grant(desk: GrantDesk, tx: Tx, account: AccountRow, *, by: str) -> Sent:
    """Give the address at the platform; refuses an account that needs no permission or has no application."""
    channel = _permitted(desk, account)
    back = account.settings.get("redirect_uri") or f"{desk.site_url}{BACK}"
    if channel.grant_address("", back) is None:
        message = "账号没有填写平台应用，请先在账号的“设置”里填写 App Key 和 App Secret"
        raise Problem("invalid", message, field="account")
    begun: Begun = await begin(tx, account, back, by=by, at=desk.now())
    return Sent(str(channel.grant_address(begun.state, back)), begun.ends_at, back)


async def bring_grant(desk: GrantDesk, state: str, code: str, refusal: str) -> tuple[AccountRow, int]:
    """Take what a person brought back; give the account and how many deliveries went on.

    `refusal` is what the platform says when he did not agree. Refuses with a sentence for the person.
    """
    async with desk.store.begin() as tx:
        request, account = await come_back(tx, state, at=desk.now())
    if not code:
        said = "没有同意授权" if "denied" in refusal else "平台没有给出授权码"
        raise Problem("invalid", f"{said}，账号“{account.name}”保持原样", field="code")
    match await _permitted(desk, account).take_grant(code, request.back, at=desk.now()):
        case Grant() as grant:
            async with desk.store.begin() as tx:
                return account, await accept(tx, request, grant, desk.vault, at=desk.now())
        case Refused(reason) | NotAccepted(reason=reason) | NeedsAuthorisation(reason):
            raise Problem("invalid", f"授权没有完成：{reason}", field="code")


async def take_back(desk: GrantDesk, account: AccountRow) -> None:
    """Give a permission back to the platform and forget it; refuses when the platform did not answer."""
    match await _permitted(desk, account).revoke():
        case NeedsAuthorisation():
            async with desk.store.begin() as tx:
                await give_back(tx, account.id, desk.vault, at=desk.now())
        case CouldNotLook(reason):
            raise Problem("platform_away", f"{reason}，请稍后再试", field="account")


def permitted_channel(desk: GrantDesk, account: AccountRow) -> Permitted | None:
    """Give the channel of an account whose permission a person grants at its platform; None for others."""
    try:
        channel = desk.open_channel(account)
    except ValueError:
        return None
    return channel if isinstance(channel, Permitted) else None


def _permitted(desk: GrantDesk, account: AccountRow) -> Permitted:
    try:
        channel = desk.open_channel(account)
    except ValueError as error:
        raise Problem("invalid", f"账号的设置不完整：{error}", field="account") from error
    if not isinstance(channel, Permitted):
        raise Problem("invalid", "这个账号不需要平台授权", field="account")
    return channel
