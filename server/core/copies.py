"""Copies that a running process holds of what the database says, and looks after now and then."""

import asyncio
from contextlib import suppress
from typing import Protocol

import structlog

from server.store.tx import Store, StoreAway

log = structlog.get_logger(__name__)


class Copy(Protocol):
    """What a process remembers of the database."""

    async def refresh(self, store: Store) -> bool:
        """Take over what was changed meanwhile; say whether there was anything."""


async def keep_fresh(copy: Copy, store: Store, seconds: float, stop: asyncio.Event) -> None:
    """Refresh a copy every so many seconds until told to stop; a database that is away is asked again."""
    while not stop.is_set():
        try:
            await copy.refresh(store)
        except StoreAway as error:
            log.warning("store_away", reason=str(error))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()
