"""The archive is held against the list again when the list grows: what blocks now was once let through."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final

from server.core.days import day_of
from server.review.examiner import word_of
from server.review.findings import Finding
from server.review.inspect import Lists, inspect
from server.review.starting import STARTING_VERSION
from server.review.subject import Subject, subject_of
from server.review.wording import Wordings
from server.store.archive_checks import ArchiveCheck, Unchecked, put_archive_check, take_unchecked
from server.store.dictionary import dictionary_serial, list_words
from server.store.items import ItemSeen, get_item_at
from server.store.texts import list_texts
from server.store.tx import Store, Tx
from server.store.waivers import waived_findings

BATCH: Final = 40
"""Items of one round; the clock comes back for the rest, and an editor waits for neither."""


async def recheck(store: Store, *, at: datetime, limit: int = BATCH) -> int:
    """Hold some live items against the list as it stands; give how many. Attached files as once read."""
    async with store.read() as tx:
        serial = await list_serial(tx)
    waiting = await store.write(partial(take_unchecked, serial=serial, limit=limit))
    if not waiting:
        return 0
    async with store.read() as tx:
        words = tuple(word_of(row) for row in await list_words(tx))
        read = [(one, *(await _read(tx, one.revision_id))) for one in waiting]
    lists = Lists(day_of(at), await asyncio.to_thread(Wordings.of, words))
    for one, seen, subject, waived in read:
        found = await asyncio.to_thread(inspect, subject, lists)
        made = _summed(one, seen, found, waived, serial)
        await store.write(_putting(made, at))
    return len(read)


async def list_serial(tx: Tx) -> int:
    """Give the number of the list: the program's own part of it and the office's."""
    return STARTING_VERSION * 1_000_000 + await dictionary_serial(tx)


async def _read(tx: Tx, revision_id: str) -> tuple[ItemSeen, Subject, frozenset[str]]:
    seen = await get_item_at(tx, revision_id)
    texts = await list_texts(tx, (one.sha256 for one in seen.revision.sheet.attachments))
    waived = await waived_findings(tx, seen.id, seen.revision.content_hash)
    return seen, subject_of(seen, texts), waived


def _summed(
    one: Unchecked, seen: ItemSeen, found: tuple[Finding, ...], waived: frozenset[str], serial: int
) -> ArchiveCheck:
    blocking = [it for it in found if it.severity == "blocking" and it.key not in waived]
    words = f"{blocking[0].words}（{blocking[0].reason}）" if blocking else ""
    return ArchiveCheck(seen.id, seen.revision.content_hash, serial, len(blocking), words[:300], one.live_at)


def _putting(made: ArchiveCheck, at: datetime) -> Callable[[Tx], Awaitable[None]]:
    async def act(tx: Tx) -> None:
        await put_archive_check(tx, made, at=at)

    return act
