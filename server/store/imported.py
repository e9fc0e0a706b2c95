"""Imported files: a file of a batch becomes one item, however often it is sent."""

from datetime import datetime

import sqlalchemy as sa

from server.store.import_tables import imported_file
from server.store.rows import Taken, upsert
from server.store.tx import Tx


async def find_imported(tx: Tx, person_id: str, batch: str, sha256: str) -> str | None:
    """Give the item that a file of a batch became."""
    wanted = sa.select(imported_file.c.item_id).where(
        imported_file.c.person_id == person_id,
        imported_file.c.batch == batch,
        imported_file.c.sha256 == sha256,
    )
    return (await tx.execute(wanted)).scalar_one_or_none()


async def put_imported(
    tx: Tx, person_id: str, batch: str, sha256: str, item_id: str, *, at: datetime
) -> None:
    """Note what a file became; raises Taken when it has become an item meanwhile."""
    row = {"person_id": person_id, "batch": batch, "sha256": sha256, "item_id": item_id, "taken_at": at}
    written = upsert(tx, imported_file).values(row).on_conflict_do_nothing()
    if (await tx.execute(written)).rowcount != 1:
        raise Taken("imported_file", sha256)


async def delete_old_imports(tx: Tx, *, before: datetime) -> int:
    """Forget the batches of long ago; gives how many files."""
    return (await tx.execute(imported_file.delete().where(imported_file.c.taken_at < before))).rowcount
