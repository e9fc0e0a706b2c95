"""Compute everything again that can be computed, and say what differs (invariants 3, 5 and 10)."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from channels.contract import Receipt
from server.core.workplace import Workplace, read_leg
from server.store.deliveries import list_live_pages
from server.store.media import is_stored
from server.store.tx import Store, Tx
from server.store.verification import (
    Difference,
    list_blobs,
    list_broken_seals,
    list_counter_differences,
    list_foreign_lines,
    list_late_first_days,
    list_loose_attempts,
    list_lost_attempts,
    list_uncounted_deliveries,
    list_unproved_lines,
    list_wrong_restatements,
)

A_TIME: Final = 500
_QUESTIONS: Final[tuple[Callable[[Tx, int], Awaitable[tuple[Difference, ...]]], ...]] = (
    list_counter_differences,
    list_unproved_lines,
    list_foreign_lines,
    list_uncounted_deliveries,
    list_late_first_days,
    list_wrong_restatements,
    list_loose_attempts,
    list_lost_attempts,
)


class Files(Protocol):
    """Stored files by content hash."""

    async def read(self, sha256: str, /) -> bytes:
        """Give the bytes; raises KeyError when there are none."""


async def verify_rows(store: Store, *, limit: int = 100) -> tuple[Difference, ...]:
    """Give what differs between counters, ledger, deliveries and attempts, in one picture of the database."""
    async with store.read() as tx:
        found = [difference for ask in _QUESTIONS for difference in await ask(tx, limit)]
    return tuple(found)


async def verify_revisions(store: Store) -> tuple[Difference, ...]:
    """Give the revisions whose words or files are not those that approvals are sealed to (invariant 5)."""
    wrong: list[Difference] = []
    after: str | None = ""
    while after is not None:
        async with store.read() as tx:
            broken, after = await list_broken_seals(tx, after, A_TIME)
        wrong.extend(broken)
    return tuple(wrong)


async def verify_files(store: Store, files: Files) -> tuple[Difference, ...]:
    """Give the stored files that are missing or whose bytes are not those of their name."""
    wrong: list[Difference] = []
    after = ""
    while True:
        async with store.read() as tx:
            hashes = await list_blobs(tx, after, A_TIME)
        if not hashes:
            return tuple(wrong)
        for sha256 in hashes:
            try:
                body = await files.read(sha256)
            except KeyError:
                async with store.read() as tx:
                    # Else it went meanwhile, as one that nothing used.
                    is_missed = await is_stored(tx, sha256)
                if is_missed:
                    wrong.append(Difference("file_is_there", sha256, 1, 0))
                continue
            if hashlib.sha256(body).hexdigest() != sha256:
                wrong.append(Difference("file_is_itself", sha256, 1, 0))
        after = hashes[-1]


async def verify_pages(place: Workplace) -> tuple[Difference, ...]:
    """Give the live pages that do not stand in the document root as their release has them."""
    wrong: list[Difference] = []
    after = ""
    while True:
        async with place.store.read() as tx:
            pages = await list_live_pages(tx, after, A_TIME)
        if not pages:
            return tuple(wrong)
        for delivery_id in pages:
            ready = await read_leg(place, delivery_id)
            since = ready.leg.changed_at
            sighting = await ready.channel.find(ready.post, since=since, notes={})
            if not isinstance(sighting, Receipt):
                wrong.append(Difference("page_stands", f"{delivery_id} {ready.leg.link}", 1, 0))
        after = pages[-1]
