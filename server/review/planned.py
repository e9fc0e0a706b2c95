"""What was released for later is examined again when the list of words has grown before it goes out."""

import asyncio
from datetime import datetime
from typing import Final

from server.core.days import day_of
from server.core.gates import WorkingDays, regate
from server.review.examiner import word_of
from server.review.inspect import Lists, inspect
from server.review.starting import STARTING_VERSION
from server.review.subject import Subject, subject_of
from server.review.wording import Wordings
from server.store.dictionary import dictionary_serial, list_words
from server.store.items import get_item_at
from server.store.planned_checks import (
    PlannedCheck,
    list_held_for_check,
    list_unchecked_planned,
    put_planned_check,
)
from server.store.texts import list_texts
from server.store.tx import Store, Tx
from server.store.waivers import waived_findings

BATCH: Final = 100
"""Releases of one round; those whose time has come stand in front."""


class PlannedExaminer:
    """Examines what waits. It remembers by which list everything was examined: forgetting costs one look."""

    def __init__(self, store: Store, calendar: WorkingDays) -> None:
        """Begin with a look at all that waits."""
        self._store, self._calendar = store, calendar
        self._swept: tuple[int, int] | None = None

    async def examine(self, *, at: datetime) -> int:
        """Examine some of what the list as it stands was never held against; say how many releases."""
        async with self._store.read() as tx:
            serial = await dictionary_serial(tx)
            if self._swept == (STARTING_VERSION, serial):
                waiting = await list_held_for_check(tx, STARTING_VERSION, serial, at=at, limit=BATCH)
            else:
                waiting = await list_unchecked_planned(tx, STARTING_VERSION, serial, limit=BATCH)
            if not waiting:
                self._swept = (STARTING_VERSION, serial)
                return 0
            words = tuple(word_of(row) for row in await list_words(tx))
            read = [(release_id, *await _read(tx, revision_id)) for release_id, revision_id in waiting]
        lists = Lists(day_of(at), await asyncio.to_thread(Wordings.of, words))
        for release_id, subject, waived in read:
            found = await asyncio.to_thread(inspect, subject, lists)
            blocking = [one for one in found if one.severity == "blocking" and one.key not in waived]
            told = f"{blocking[0].words}（{blocking[0].reason}）"[:300] if blocking else ""
            made = PlannedCheck(release_id, STARTING_VERSION, serial, len(blocking), told)
            await self._put(made, at)
        return len(read)

    async def _put(self, made: PlannedCheck, at: datetime) -> None:
        async def act(tx: Tx) -> None:
            await put_planned_check(tx, made, at=at)
            await regate(tx, made.release_id, self._calendar, at=at)

        await self._store.write(act)


async def _read(tx: Tx, revision_id: str) -> tuple[Subject, frozenset[str]]:
    seen = await get_item_at(tx, revision_id)
    texts = await list_texts(tx, (one.sha256 for one in seen.revision.sheet.attachments))
    waived = await waived_findings(tx, seen.id, seen.revision.content_hash)
    return subject_of(seen, texts), waived
