"""Many files at once: sent one by one, and each becomes one item however often it has to be sent."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from server.store.imported import delete_old_imports, find_imported, put_imported
from server.store.rows import Taken
from server.store.tx import Tx

KEPT: Final = timedelta(days=30)


class InTheMeantime(Exception):
    """Somebody else's request, or a repeated one, has made the item of this file just now."""


async def find_taken(tx: Tx, person_id: str, batch: str, body: bytes) -> str | None:
    """Give the item that a file has become in a batch of his."""
    return await find_imported(tx, person_id, batch, _digest(body))


async def note_taken(tx: Tx, person_id: str, batch: str, body: bytes, item_id: str, *, at: datetime) -> None:
    """Note in the item's own transaction that a file has become it; raises InTheMeantime."""
    await delete_old_imports(tx, before=at - KEPT)
    try:
        await put_imported(tx, person_id, batch, _digest(body), item_id, at=at)
    except Taken as error:
        raise InTheMeantime from error


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
