"""One of many who are told at once: what goes wrong with him is his alone, and the others are told."""

import asyncio
from collections.abc import Coroutine
from functools import partial

import structlog

from server.store.tx import StoreAway

log = structlog.get_logger(__name__)


async def alone(leg: Coroutine[None, None, None], event: str) -> None:
    """Do a leg, and log under `event` what it raises; StoreAway passes, for it concerns them all."""
    try:
        await leg
    except StoreAway:
        raise
    except Exception as error:  # noqa: BLE001 -- one who is told must not end the others
        # In a thread: a traceback reads the sources.
        await asyncio.to_thread(partial(log.error, event, exc_info=error))
