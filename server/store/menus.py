"""Menus that stand at platforms, and by which change of columns each of them was made."""

from datetime import datetime

import sqlalchemy as sa

from server.store.rows import upsert
from server.store.site_tables import put_menu
from server.store.tables import account
from server.store.tx import Tx


async def note_menu(tx: Tx, account_id: str, version: int, *, at: datetime) -> None:
    """Note that an account's menu was made by a change of columns."""
    told = {"version": version, "put_at": at}
    await tx.execute(
        upsert(tx, put_menu)
        .values(account_id=account_id, **told)
        .on_conflict_do_update(index_elements=["account_id"], set_=told)
    )


async def list_old_menus(tx: Tx, version: int, after: str = "") -> tuple[str, ...]:
    """Give the accounts in use, behind one, whose menu was made by an earlier change, in order."""
    wanted = (
        sa.select(put_menu.c.account_id)
        .join(account, account.c.id == put_menu.c.account_id)
        .where(put_menu.c.version < version, put_menu.c.account_id > after, account.c.state == "active")
        .order_by(put_menu.c.account_id)
    )
    return tuple((await tx.execute(wanted)).scalars())
