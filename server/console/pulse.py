"""One look at the database for all open pages of a process, however many there are."""

import asyncio

from server.store.standing import Standing, read_standings
from server.store.tx import Store, StoreAway


class Pulse:
    """Tells pages when the deliveries of their item stand differently; beats only while somebody waits."""

    def __init__(self, store: Store, *, seconds: float) -> None:
        """Take the store and the time between two looks."""
        self._store, self._seconds = store, seconds
        self._waiting: dict[asyncio.Future[Standing], tuple[str, Standing | None]] = {}
        self._beat: asyncio.Task[None] | None = None

    async def change(self, item_id: str, known: Standing | None) -> Standing:
        """Return when an item stands differently from what is known; raises StoreAway.

        Whoever knows nothing is told at the next look. What is read afterwards is never older than that.
        """
        ended: asyncio.Future[Standing] = asyncio.get_running_loop().create_future()
        self._waiting[ended] = (item_id, known)
        if self._beat is None or self._beat.done():
            self._beat = asyncio.create_task(self._run(), name="pulse")
        try:
            return await ended
        finally:
            self._waiting.pop(ended, None)

    async def close(self) -> None:
        """Stop."""
        beat, self._beat = self._beat, None
        for ended in self._waiting:
            ended.cancel()
        if beat is not None:
            beat.cancel()
            await asyncio.wait([beat])

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._seconds)
            await self._look()

    async def _look(self) -> None:
        waiting = dict(self._waiting)
        try:
            async with self._store.read() as tx:
                found = await read_standings(tx, frozenset(item_id for item_id, _known in waiting.values()))
        except StoreAway as error:
            for ended in waiting:
                if not ended.done():
                    ended.set_exception(error)
            return
        for ended, (item_id, known) in waiting.items():
            standing = found.get(item_id, ())
            if standing != known and not ended.done():
                ended.set_result(standing)
