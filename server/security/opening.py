"""A new account: its secret is sealed, and it is written only when its channel can open it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from channels.item import Org
from channels.permission import Permitted
from scheduler.windows import read_window
from server.core.office import add_account
from server.core.older_posts import require_fate
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.security.vault import Vault
from server.store.accounts import AccountRow
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """An account as somebody has filled it in."""

    id: str
    org: Org
    channel: str
    slug: str
    name: str
    counted_as: str
    settings: Mapping[str, str]
    secret: Mapping[str, str] = field(repr=False)
    practice: bool = False


async def open_account(
    tx: Tx, drawn: DrawnUp, vault: Vault, open_channel: OpenChannel, *, at: datetime
) -> AccountRow:
    """Write a new account; refuses one whose settings its channel cannot use, and a slug in use."""
    require_fate(drawn.settings)
    sealed = vault.seal(drawn.secret) if drawn.secret else None
    row = AccountRow(
        drawn.id, drawn.org, drawn.channel, drawn.slug, drawn.name, drawn.counted_as,
        dict(drawn.settings), sealed, "active",
        practice=drawn.practice,
    )  # fmt: skip
    try:
        if row.settings.get("window"):
            read_window(row.settings["window"])
        channel = open_channel(row)
    except ValueError as error:
        raise Problem("invalid", f"账号的设置不完整：{error}", field="settings") from error
    # Deliveries wait until somebody grants the permission; they do not fail for want of it.
    if isinstance(channel, Permitted) and not channel.is_granted:
        row = replace(row, state="unauthorised")
    await add_account(tx, row, at=at)
    return row
