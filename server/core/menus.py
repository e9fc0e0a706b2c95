"""Puts the menu of an account at its platform, from the columns that the site has now."""

from collections.abc import Callable
from datetime import datetime

from channels.contract import NotAccepted, OutcomeUnknown
from channels.menus import HasMenu, MenuStands
from server.core.acts import note, of_account
from server.core.live_site import LiveSite
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.store.accounts import AccountRow
from server.store.menus import note_menu
from server.store.tx import Store


async def put_menu(
    store: Store, open_channel: OpenChannel, row: AccountRow, sites: LiveSite, *, now: Callable[[], datetime]
) -> None:
    """Put the menu; refuses with the platform's reason, and then the menu before it stands as it did.

    Where no answer came, nobody knows which of the two stands; putting it again is harmless.
    """
    site, version = sites.current, sites.version
    try:
        channel = open_channel(row)
    except ValueError as error:
        raise Problem("invalid", f"账号的设置不完整：{error}", field="account") from error
    if not isinstance(channel, HasMenu):
        raise Problem("wrong_state", f"账号“{row.name}”的平台没有自定义菜单", field="account")
    shown = tuple(
        column for column in site.columns if column.in_menu and column.is_open and not column.parent
    )  # fmt: skip
    match await channel.put_menu(shown, site.world(row.practice).url):
        case MenuStands():
            async with store.begin() as tx:
                await note_menu(tx, row.id, version, at=now())
                await note(tx, "account.menu", of_account(row), at=now(), account=row.slug)
        case NotAccepted(reason=reason) | OutcomeUnknown(reason):
            raise Problem("platform_away", f"菜单没有更新：{reason}，请稍后再试", field="account")
        case refused:
            raise Problem("platform_refused", f"菜单没有更新：{refused.reason}", field="account")
