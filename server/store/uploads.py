"""Uploads: what a platform said about a picture of a certain content, per account."""

from datetime import datetime

import sqlalchemy as sa

from server.store.rows import upsert
from server.store.tx import Tx
from server.store.upload_tables import upload


async def find_upload(tx: Tx, account_id: str, key: str) -> str | None:
    """Give what the platform said, None when it never went up."""
    wanted = sa.select(upload.c.value).where(upload.c.account_id == account_id, upload.c.key == key)
    return (await tx.execute(wanted)).scalar_one_or_none()


async def keep_upload(tx: Tx, account_id: str, key: str, value: str, *, at: datetime) -> None:
    """Keep what the platform said; a later word replaces an earlier one."""
    row = {"account_id": account_id, "key": key, "value": value, "kept_at": at}
    changed = {"value": value, "kept_at": at}
    await tx.execute(
        upsert(tx, upload)
        .values(row)
        .on_conflict_do_update(index_elements=["account_id", "key"], set_=changed)
    )


async def forget_upload(tx: Tx, account_id: str, key: str) -> None:
    """Forget an upload that the platform does not know any more."""
    await tx.execute(upload.delete().where(upload.c.account_id == account_id, upload.c.key == key))
