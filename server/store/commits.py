"""SQLite's one writer: whoever stood in line while it wrote shares its next commit, and so its one fsync.

Each part keeps its own all-or-nothing (a savepoint) and returns only when the shared commit is durable.
PostgreSQL needs none of this: its transactions run side by side and it groups their flushes itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.driver import driver_of
from server.store.sqlite import BEGIN, Connection, commit, say


class Undone(ConnectionError):
    """The shared transaction was lost before its commit, and with it every part."""


class _Shared:
    """One open transaction and the task that will commit it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.commit: asyncio.Task[None] | None = None  # stands once the first part has come true
        self.is_ending = False  # the task has its turn, and will not leave the connection behind
        self.lost: BaseException | None = None


class CommitLine:
    """The line of those who want to write, first come first served.

    Waiting here costs nothing; waiting in SQLite polls with sleeps.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Take the engine; nothing is opened yet."""
        self._engine = engine
        self._turn = asyncio.Lock()
        self._shared: _Shared | None = None
        self._idle: AsyncConnection | None = None  # kept between transactions: opening costs as much as one

    async def close(self) -> None:
        """Close the kept connection."""
        idle, self._idle = self._idle, None
        if idle is not None:
            await idle.close()

    @asynccontextmanager
    async def stand(self) -> AsyncIterator[AsyncConnection]:
        """Take a turn in the open transaction, or open one; leave when it is committed.

        An exception undoes this part alone. Raises Undone when the whole transaction was lost.
        """
        async with self._turn:
            shared = self._shared or await self._open()
            try:
                if shared.commit is None:
                    yield shared.connection
                else:
                    async with _part(shared.connection):
                        yield shared.connection
            except BaseException as error:
                await self._after_failure(shared, error)
                raise
            if shared.commit is None:
                # It queues behind those who stand in line by now: they are the ones who share.
                shared.commit = asyncio.create_task(self._end(shared), name="commit")
                # Whoever waits is told; when all of them were called off, nobody is left to be.
                shared.commit.add_done_callback(lambda task: task.cancelled() or task.exception())
            commit = shared.commit
        try:
            # Shielded, because a part that is called off must not call off the others' commit.
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            if commit.cancelling() and not shared.is_ending:
                await self._give_up(shared)
            raise

    async def _open(self) -> _Shared:
        connection, self._idle = self._idle, None
        if connection is None:
            connection = await self._engine.connect()
            await connection.execution_options(tongfa_writing=True)
        say(connection, BEGIN)
        self._shared = _Shared(connection)
        return self._shared

    async def _after_failure(self, shared: _Shared, error: BaseException) -> None:
        """Give up the transaction when nobody else has a part in it, or when SQLite has undone it itself."""
        if shared.commit is None:
            self._shared = None
            await shared.connection.close()  # what it has not committed is undone
        elif not _is_open(shared.connection):
            # A full disk undoes the transaction, not the statement, and whoever is called off in the middle
            # of one takes the connection along: what came next would commit by itself, or never.
            self._shared = None
            shared.lost = error

    async def _give_up(self, shared: _Shared) -> None:
        """Undo all of it in place of the task that was to commit, which the end of the loop called off."""
        shared.is_ending = True
        if self._shared is shared:
            self._shared = None
        await shared.connection.close()

    async def _end(self, shared: _Shared) -> None:
        async with self._turn:
            shared.is_ending = True
            if self._shared is shared:
                self._shared = None
            if shared.lost is not None:
                await shared.connection.close()
                raise Undone("the shared transaction was undone") from shared.lost
            try:
                await commit(shared.connection)
            except BaseException:
                await shared.connection.close()
                raise
            self._idle = shared.connection


@asynccontextmanager
async def _part(connection: AsyncConnection) -> AsyncIterator[None]:
    """Undo what is done inside, and only that, when it raises."""
    say(connection, "SAVEPOINT part")
    try:
        yield
    except BaseException:
        if _is_open(connection):
            say(connection, "ROLLBACK TO part")
            say(connection, "RELEASE part")
        raise
    say(connection, "RELEASE part")


def _is_open(connection: AsyncConnection) -> bool:
    if connection.invalidated or connection.closed:
        return False
    driver = cast("Connection | None", driver_of(connection))
    return driver is not None and driver.is_open
