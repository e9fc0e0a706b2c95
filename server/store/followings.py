"""Columns that readers on a platform follow."""

from datetime import datetime

import sqlalchemy as sa

from server.store.reader_tables import following
from server.store.rows import upsert
from server.store.tx import Tx

MOST = 30
"""So many columns may one reader follow."""


async def follow_column(tx: Tx, account_id: str, openid: str, column: str, *, at: datetime) -> None:
    """Let a reader follow a column; following it already is no error."""
    row = {"account_id": account_id, "openid": openid, "column": column, "since": at}
    await tx.execute(upsert(tx, following).values(row).on_conflict_do_nothing())


async def unfollow_column(tx: Tx, account_id: str, openid: str, column: str) -> bool:
    """Let a reader follow a column no more; say whether he did."""
    gone = await tx.execute(following.delete().where(*_of(account_id, openid), following.c.column == column))
    return gone.rowcount == 1


async def forget_reader(tx: Tx, account_id: str, openid: str) -> None:
    """Forget a reader who left the account."""
    await tx.execute(following.delete().where(*_of(account_id, openid)))


async def list_followed(tx: Tx, account_id: str, openid: str) -> tuple[str, ...]:
    """Give the columns that a reader follows, in the order in which he began."""
    wanted = sa.select(following.c.column).where(*_of(account_id, openid))
    wanted = wanted.order_by(following.c.since, following.c.column).limit(MOST)
    return tuple((await tx.execute(wanted)).scalars())


def _of(account_id: str, openid: str) -> tuple[sa.ColumnElement[bool], ...]:
    return following.c.account_id == account_id, following.c.openid == openid
