"""How many questions of strangers are answered at once: their number must cost editors and workers nothing.

A question takes a connection of the store, of which there are a dozen, and a thread for what is written from
it. Asked by hundreds at once, they would stand before every log-in and every delivery.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from server.ephemeral.crowd import Crowd

AT_ONCE: Final = 4
WAITING: Final = 64
OF_ONE_ADDRESS: Final = 16
"""Under way and waiting; behind one address may sit an office, and its pages ask one question each."""


class Turns:
    """A line in which strangers stand, first come first served; nobody fills it alone."""

    def __init__(
        self, *, at_once: int = AT_ONCE, waiting: int = WAITING, of_one_address: int = OF_ONE_ADDRESS
    ) -> None:
        """Take how many are answered at once, how many may wait, and how many may be from one address."""
        self._slots = asyncio.Semaphore(at_once)
        self._crowd = Crowd(most=at_once + waiting, of_one_address=of_one_address)

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Wait for one's turn and take it; raises Crowded at once where too many stand."""
        with self._crowd.joined(address):
            async with self._slots:
                yield


TURNS: web.AppKey[Turns] = web.AppKey("turns", Turns)
