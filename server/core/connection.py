"""Whether an account reaches its platform: asked without posting anything, and told in a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from channels.contract import CouldNotLook, NeedsAuthorisation, Reachable
from channels.permission import Permitted
from server.core.permissions import check_permission
from server.core.release import OpenChannel
from server.store.accounts import AccountRow
from server.store.tx import Store


@dataclass(frozen=True, slots=True)
class Connection:
    """What a look at an account's platform showed; `sentence` is plain Chinese."""

    is_good: bool
    sentence: str


async def try_connection(
    store: Store, open_channel: OpenChannel, row: AccountRow, *, now: Callable[[], datetime]
) -> Connection:
    """Look whether an account could post now; what the platform says of its permission is written down."""
    try:
        channel = open_channel(row)
    except ValueError as error:
        return Connection(is_good=False, sentence=f"账号设置不完整：{error}")
    if isinstance(channel, Permitted):
        return await _try_permission(store, open_channel, row, now=now, is_granted=channel.is_granted)
    if isinstance(channel, Reachable):
        trouble = await channel.reach()
        if trouble is not None:
            return Connection(is_good=False, sentence=trouble)
        return Connection(is_good=True, sentence="连接正常：平台认得这个账号")
    return Connection(is_good=True, sentence="设置完整；这个渠道不需要连接平台")


async def _try_permission(
    store: Store,
    open_channel: OpenChannel,
    row: AccountRow,
    *,
    now: Callable[[], datetime],
    is_granted: bool,
) -> Connection:
    if not is_granted:
        return Connection(is_good=False, sentence="设置完整，但还没有授权：请到“平台授权”里授权")
    match await check_permission(store, open_channel, row, now=now):
        case CouldNotLook(reason=reason) | NeedsAuthorisation(reason=reason):
            return Connection(is_good=False, sentence=reason)
        case _:
            return Connection(is_good=True, sentence="连接正常：平台认得这个账号，授权有效")
