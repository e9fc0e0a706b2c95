"""SQLite's connections for reading, each lent for one transaction and kept for the next.

To take one from SQLAlchemy's pool, to begin and to give it back starts a greenlet each; together they cost as
much CPU as a short statement. What is kept holds no picture of the store: that ended with its transaction.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.sqlite import commit, say

KEPT: Final = 4
"""So many are kept at most; whoever reads beside them has the pool's."""


class ReadingConnections:
    """Those that nobody uses, the newest last: its pages are in memory."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the engine; nothing is opened yet."""
        self._engine = engine
        self._idle: list[AsyncConnection] = []

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for one picture of the store; raises ConnectionError when it cannot be opened."""
        connection = await self._take()
        try:
            say(connection, "BEGIN")
            yield connection
            await commit(connection)
        except BaseException:
            await connection.close()  # the pool ends what is open, and drops what it is called off in
            raise
        if len(self._idle) < KEPT:
            self._idle.append(connection)
        else:
            await connection.close()

    async def close(self) -> None:
        """Close what is kept."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _take(self) -> AsyncConnection:
        if self._idle:
            return self._idle.pop()
        try:
            return await self._engine.connect()
        except OSError as error:
            raise ConnectionError(str(error)) from error
