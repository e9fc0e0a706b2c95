"""A platform's permission for an account: a person is sent to grant it, comes back, and it is sealed.

Nothing here calls outside: whoever calls asks the channel between two transactions.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from channels.contract import NeedsAuthorisation
from channels.permission import Grant, Permitted
from server.core.acts import acting, acting_as, note, of_account
from server.core.decide import authorise
from server.core.older_posts import require_fate
from server.core.permissions import note_permission
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.security.vault import Vault
from server.store.accounts import AccountRow, get_account
from server.store.people import get_person
from server.store.permissions import (
    GrantRequest,
    insert_grant_request,
    lock_account,
    put_permission,
    set_account_access,
    take_grant_request,
)
from server.store.tx import Tx

_MINUTES: Final = timedelta(minutes=15)
"""So long a person has to log in at the platform and agree."""

_SECRETS: Final = frozenset({"access_token"})
"""What of an account's secret a grant gives, and giving it back takes away."""


_ADDRESS: Final = "base_url"
"""The setting that says where an account's secret is sent."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a person takes along to the platform and must bring back."""

    state: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """What changes in an account's settings and secret, by name."""

    settings: Mapping[str, str]
    secret: Mapping[str, str] = field(repr=False)


async def begin(tx: Tx, account: AccountRow, back: str, *, by: str, at: datetime) -> Begun:
    """Write down that a person goes to grant an account its permission."""
    begun = Begun(secrets.token_urlsafe(32), at + _MINUTES)
    request = GrantRequest(account.id, by, back)
    await insert_grant_request(tx, _digest(begun.state), request, ends_at=begun.ends_at, at=at)
    return begun


async def come_back(tx: Tx, state: str, *, at: datetime) -> tuple[GrantRequest, AccountRow]:
    """Take what a person brought back, once; refuses what was never given out, used or too late."""
    request = await take_grant_request(tx, _digest(state), at=at)
    if request is None:
        raise Problem("invalid", "这次授权已用过或超过15分钟，请回到后台重新发起", field="state")
    return request, await get_account(tx, request.account_id)


async def accept(tx: Tx, request: GrantRequest, grant: Grant, vault: Vault, *, at: datetime) -> int:
    """Seal a granted permission into its account and free what waited for it; give how many that were."""
    await lock_account(tx, request.account_id)
    account = await get_account(tx, request.account_id)
    secret = {**_opened(vault, account), **grant.secret}
    await set_account_access(tx, account.id, {**account.settings, **grant.settings}, vault.seal(secret))
    await put_permission(tx, account.id, grant.until, at=at, granted_by=request.person_id)
    # The platform sent a browser, and no session came with it: who began is who granted.
    person = await get_person(tx, request.person_id)
    with acting_as(replace(acting(), kind="person", id=person.id, name=f"{person.login} {person.name}")):
        return await authorise(tx, account, at=at)


async def change_access(
    tx: Tx, account: AccountRow, access: Access, vault: Vault, open_channel: OpenChannel, *, at: datetime
) -> AccountRow:
    """Change settings and secret of an account by name, "" takes one away; refuses what does not open."""
    await lock_account(tx, account.id)
    account = await get_account(tx, account.id)
    if account.practice:
        raise Problem("practice", "演练账号只连演练平台，它的设置和凭据由演练开关管理", field="account")
    settings = _changed(account.settings, access.settings)
    require_fate(settings)
    kept = _opened(vault, account)
    if settings.get(_ADDRESS) not in (None, account.settings.get(_ADDRESS)):
        _refuse_sending_elsewhere(kept, access.secret)
    secret = _changed(kept, access.secret)
    row = replace(account, settings=settings, sealed=vault.seal(secret) if secret else None)
    try:
        channel = open_channel(row)
    except ValueError as error:
        raise Problem("invalid", f"账号的设置不完整：{error}", field="settings") from error
    await set_account_access(tx, account.id, row.settings, row.sealed)
    # By name alone: what a secret or a setting says is not the audit's business.
    await note(
        tx, "account.access", of_account(account), at=at, account=account.slug,
        settings=sorted(access.settings), secret=sorted(access.secret),
    )  # fmt: skip
    if isinstance(channel, Permitted) and not channel.is_granted:
        await note_permission(tx, account, NeedsAuthorisation("还没有授权"), at=at)
    return await get_account(tx, account.id)


async def give_back(tx: Tx, account_id: str, vault: Vault, *, at: datetime) -> None:
    """Forget a permission that was given back; the account waits until it has another."""
    await lock_account(tx, account_id)
    account = await get_account(tx, account_id)
    kept = {name: value for name, value in _opened(vault, account).items() if name not in _SECRETS}
    await set_account_access(tx, account.id, account.settings, vault.seal(kept) if kept else None)
    await note(tx, "account.revoke", of_account(account), at=at, account=account.slug)
    await note_permission(tx, account, NeedsAuthorisation("授权已收回"), at=at)


def _refuse_sending_elsewhere(kept: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Refuse to send a kept secret to another address: whoever names that address could read it there."""
    if kept.keys() - given.keys():
        raise Problem(
            "invalid",
            "改接口地址时要重新填写全部密钥和令牌，原来的不会发到新的地址；令牌由平台授权取得的，请先收回授权",
            field="settings.base_url",
        )


def _changed(old: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**old, **changes}.items() if value}


def _opened(vault: Vault, account: AccountRow) -> dict[str, str]:
    return vault.open(account.sealed) if account.sealed else {}


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()
