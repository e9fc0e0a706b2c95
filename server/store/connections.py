"""PostgreSQL's connections, each lent for one transaction and kept for the next.

To take one from SQLAlchemy's pool, to begin, to commit and to give it back starts a greenlet each, and all of
them cost three times what the transaction does. The pool has what was undone, and bounds how many there are.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.driver import driver_of
from server.store.postgresql import commit

KEPT: Final = 8
"""So many are kept here; together with the pool's own, what a server holds when nothing is asked of it."""


class Connections:
    """Those that nobody uses, the newest last: it has prepared what is asked all the time."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the engine; nothing is opened yet."""
        self._engine = engine
        self._idle: list[AsyncConnection] = []
        self._asked = 0  # so many ask the pool, which has nothing that is kept here

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for a transaction: committed at the end of the block, undone by an exception.

        Raises ConnectionError when the server cannot be reached.
        """
        connection = await self._take()
        try:
            yield connection
        except BaseException:
            await connection.close()  # the pool undoes what is open, and drops what it is called off in
            raise
        try:
            await commit(connection)
        except BaseException:
            await _drop(connection)  # what became of the transaction, only the server knows
            raise
        if self._asked or len(self._idle) == KEPT:
            await connection.close()
        else:
            self._idle.append(connection)

    async def close(self) -> None:
        """Close what is kept."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _take(self) -> AsyncConnection:
        while self._idle:
            connection = self._idle.pop()
            if not driver_of(connection).is_closed():
                return connection
            await _drop(connection)
        self._asked += 1
        try:
            return await self._engine.connect()
        except OSError as error:  # no socket, no route, no such name
            raise ConnectionError(str(error)) from error
        finally:
            self._asked -= 1


async def _drop(connection: AsyncConnection) -> None:
    try:
        await connection.invalidate()
    finally:
        await connection.close()
