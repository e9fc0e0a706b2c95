"""Files that somebody brought and nothing uses: after a term they go, with a line in the audit.

What any version of an item, or any proof of a delivery, has is used for ever (`store/media.py`). Keeping an
unsaved text with a file lets its term begin anew, so that no file goes before such a text does. While a
backup is made nothing goes.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from server.core.acts import note
from server.core.occupancy import Occupied, files_may_go
from server.store.blobs import Blobs
from server.store.media import delete_unused, end_terms, hold_file, is_stored, list_unknown
from server.store.tx import Store, Tx

_A_TIME: Final = 100
_SHELVES: Final = 16
"""So many of the 256 folders are looked through a night for files that the database does not know."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attic:
    """Where files lie, and how long one stays that nothing uses: not shorter than unsaved texts are kept."""

    store: Store
    blobs: Blobs
    var: Path
    term: timedelta


async def clear_attic(attic: Attic, *, at: datetime) -> int:
    """Take away what has lain unused for the term; say how many files. Cut off anywhere, it loses nothing."""
    async with AsyncExitStack() as stack:
        try:
            await asyncio.to_thread(stack.enter_context, files_may_go(attic.var))
        except Occupied:
            log.info("unused_files_kept", why="a backup is being made")
            return 0
        before = at - attic.term
        return await _clear_known(attic, before, at) + await _clear_unknown(attic, before, at)


async def _clear_known(attic: Attic, before: datetime, at: datetime) -> int:
    cleared, is_more = 0, True
    while is_more:
        is_more, gone = await attic.store.write(partial(_forget, before=before, at=at))
        # Only now: a file whose row is gone is nobody's, and one cut off here is found with the unknown ones.
        for sha256 in gone:
            cleared += await _remove(attic, sha256)
    return cleared


async def _forget(tx: Tx, *, before: datetime, at: datetime) -> tuple[bool, tuple[str, ...]]:
    """Forget some whose term is over; say whether there were any, and give the hashes of what goes."""
    ended = await end_terms(tx, before=before, limit=_A_TIME)
    gone = await delete_unused(tx, ended)
    for row in gone:
        await note(tx, "media.delete", at=at, sha256=row.sha256, size=row.size)
    return bool(ended), tuple(row.sha256 for row in gone)


async def _clear_unknown(attic: Attic, before: datetime, at: datetime) -> int:
    """Take away files that were never written down: whoever brought them was cut off.

    That is rare. Where more are unknown than known, the folder is rather that of another database.
    """
    first = at.toordinal() * _SHELVES % 256
    old = [
        sha256
        for shelf in range(first, first + _SHELVES)
        for sha256 in await attic.blobs.list_old(shelf, before=before)
    ]
    unknown: list[str] = []
    for begin in range(0, len(old), _A_TIME):
        async with attic.store.read() as tx:
            unknown += await list_unknown(tx, tuple(old[begin : begin + _A_TIME]))
    if len(unknown) * 2 > len(old):
        log.warning("unknown_files_kept", unknown=len(unknown), known=len(old) - len(unknown))
        return 0
    return sum([await _remove(attic, sha256) for sha256 in unknown])


async def _remove(attic: Attic, sha256: str) -> bool:
    """Take a file away unless somebody has brought it again; says whether it went.

    Whoever brings it meanwhile waits for this, and then finds that its bytes must be put back.
    """
    async with attic.store.begin() as tx:
        await hold_file(tx, sha256)
        if await is_stored(tx, sha256):
            return False
        await attic.blobs.remove(sha256)
    return True
