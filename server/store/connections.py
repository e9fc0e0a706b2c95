"""PostgreSQL's connections, each lent for one transaction and kept for the next.

To take one from SQLAlchemy's pool, to begin, to commit and to give it back starts a greenlet each, and all of
them cost three times what the transaction does. The pool has what was undone.

Who finds all of them lent waits in line here: a pool in front of which a crowd waits closes what it cannot
keep and opens it anew, and a new connection costs PostgreSQL as much as several items.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.driver import driver_of
from server.store.postgresql import MOST, commit

_PATIENCE: Final = 30.0  # seconds


class Connections:
    """Those that nobody uses, the newest last: it has prepared what is asked all the time."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the engine; nothing is opened yet."""
        self._engine = engine
        self._idle: list[AsyncConnection] = []
        self._turns = asyncio.Semaphore(MOST)

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for a transaction: committed at the end of the block, undone by an exception.

        Raises ConnectionError when the server cannot be reached, or all connections stay lent for long.
        """
        await self._stand_in_line()
        try:
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
            self._idle.append(connection)
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close what is kept."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def _stand_in_line(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._turns.acquire()
        except TimeoutError as error:
            raise ConnectionError("no connection was given back in time") from error

    async def _take(self) -> AsyncConnection:
        while self._idle:
            connection = self._idle.pop()
            if not driver_of(connection).is_closed():
                return connection
            await _drop(connection)
        try:
            return await self._engine.connect()
        except OSError as error:  # no socket, no route, no such name
            raise ConnectionError(str(error)) from error


async def _drop(connection: AsyncConnection) -> None:
    try:
        await connection.invalidate()
    finally:
        await connection.close()
