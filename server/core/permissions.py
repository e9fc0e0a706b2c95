"""Asks platforms whether the permissions of accounts still stand, and writes down what they say."""

from collections.abc import Callable
from datetime import datetime

import structlog

from channels.contract import CouldNotLook, NeedsAuthorisation
from channels.permission import Permission, Permitted
from server.core.acts import note, of_account
from server.core.release import OpenChannel
from server.core.workplace import Workplace
from server.store.accounts import AccountRow, get_account, list_accounts_of, move_account
from server.store.permissions import put_permission
from server.store.tx import Store, Tx
from server.store.words import SOCIAL

log = structlog.get_logger(__name__)


async def check_permissions(place: Workplace) -> int:
    """Ask for every account that has a permission; give how many were learnt to have lost it."""
    async with place.store.read() as tx:
        rows = await list_accounts_of(tx, SOCIAL)
    lost = 0
    for row in rows:
        if row.state != "unauthorised":
            seen = await check_permission(place.store, place.open_channel, row, now=place.now)
            lost += isinstance(seen, NeedsAuthorisation)
    return lost


async def check_permission(
    store: Store, open_channel: OpenChannel, row: AccountRow, *, now: Callable[[], datetime]
) -> Permission | NeedsAuthorisation | CouldNotLook:
    """Ask the platform about one account and write down what it said."""
    try:
        channel = open_channel(row)
    except ValueError as error:
        return CouldNotLook(f"账号设置不完整：{error}")
    if not isinstance(channel, Permitted):
        return CouldNotLook("这个账号不需要平台授权")
    seen, at = await channel.permission(at=now()), now()
    if isinstance(seen, CouldNotLook):
        log.info("permission_unseen", account=row.slug, reason=seen.reason)
        return seen

    async def act(tx: Tx) -> None:
        current = await get_account(tx, row.id)
        if current.sealed == row.sealed:  # else a person granted another one meanwhile
            await note_permission(tx, current, seen, at=at)

    await store.write(act)
    return seen


async def note_permission(
    tx: Tx, account: AccountRow, seen: Permission | NeedsAuthorisation, *, at: datetime
) -> None:
    """Write down what the platform said of a permission; an account that has lost it waits from now on."""
    match seen:
        case Permission(until):
            await put_permission(tx, account.id, until, at=at)
        case NeedsAuthorisation():
            await put_permission(tx, account.id, None, at=at)
            if await move_account(tx, account.id, ("active",), "unauthorised"):
                await note(
                    tx, "account.unauthorised", of_account(account), at=at,
                    account=account.slug, reason=seen.reason,
                )  # fmt: skip
