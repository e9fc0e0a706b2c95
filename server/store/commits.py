"""SQLite's one writer: whoever stood in line while it wrote shares its next commit, and so its one fsync.

Each share keeps its own all-or-nothing (a savepoint) and returns only when the shared commit is durable.
PostgreSQL needs none of this: its transactions run side by side and it groups their flushes itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from server.store.shares import Act, Share, Shares, Undone, apart, commit_shares, drive, run_shares, tell
from server.store.sqlite import BEGIN, commit, is_open, say, visit

T = TypeVar("T")


class _Shared:
    """One open transaction and the task that will commit it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.commit: asyncio.Task[None] | None = None  # stands once the first share has come true
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
        self._shares = Shares()
        self._worker: asyncio.Task[None] | None = None
        self._standing = 0  # so many want or have a turn of their own

    async def close(self) -> None:
        """Close the kept connection, once nobody uses it."""
        async with self._turn:
            idle, self._idle = self._idle, None
            if idle is not None:
                await idle.close()

    async def run(self, act: Act[T]) -> T:
        """Run an act, which may wait for nothing but its connection; returns when it is committed.

        An exception undoes this act alone. Once it has begun it comes true, also when it is called off.
        Raises Undone when the whole transaction was lost.
        """
        ended = self._shares.add(act)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name="shares")
            self._worker.add_done_callback(self._leave_none)
        return await ended

    @asynccontextmanager
    async def stand(self) -> AsyncIterator[AsyncConnection]:
        """Take a turn in the open transaction, or open one; leave when it is committed.

        An exception undoes this share alone. Raises Undone when the whole transaction was lost.
        """
        async with self._own_turn():
            shared = self._shared or await self._open()
            try:
                if shared.commit is None:
                    yield shared.connection
                else:
                    async with apart(shared.connection):
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
            # Shielded, because a share that is called off must not call off the others' commit.
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            if commit.cancelling() and not shared.is_ending:
                await self._give_up(shared)
            raise

    @asynccontextmanager
    async def _own_turn(self) -> AsyncIterator[None]:
        self._standing += 1
        try:
            async with self._turn:
                yield
        finally:
            self._standing -= 1

    async def _work(self) -> None:
        """Run the shares that wait until none does."""
        while self._shares:
            async with self._turn:
                shared = self._shared or await self._open()
                if shared.commit is None:
                    await self._run_alone(shared)
                else:
                    await self._run_along(shared, shared.commit)

    async def _run_alone(self, shared: _Shared) -> None:
        """Run shares in transactions of their own, until none waits or somebody wants a turn."""
        self._shared, self._idle = None, shared.connection
        is_sound, loop = False, asyncio.get_running_loop()
        try:
            is_sound = await visit(
                shared.connection, lambda _driver: self._commit_shares(shared.connection, loop)
            )
        finally:
            if not is_sound:
                self._idle = None
                await shared.connection.close()

    def _commit_shares(self, connection: AsyncConnection, loop: asyncio.AbstractEventLoop) -> bool:
        """Do so on the connection's thread; say whether the connection may be kept."""
        while True:
            shares = self._shares.take()
            is_sound = drive(commit_shares(connection, shares))
            loop.call_soon_threadsafe(tell, shares)
            if not (is_sound and self._shares) or self._standing:
                return is_sound
            say(connection, BEGIN)

    async def _run_along(self, shared: _Shared, commit: asyncio.Task[None]) -> None:
        """Run shares in a transaction that is open already, and have them told by its commit."""
        shares = self._shares.take()
        commit.add_done_callback(partial(_tell_after, shares))
        try:
            await visit(shared.connection, lambda _driver: drive(run_shares(shared.connection, shares)))
        except BaseException as error:
            await self._after_failure(shared, error)
            if not isinstance(error, Undone):
                raise

    def _leave_none(self, worker: asyncio.Task[None]) -> None:
        """Tell those for whom nobody will come: their worker was called off, or could open nothing."""
        error = asyncio.CancelledError() if worker.cancelled() else worker.exception()
        while error is not None and self._shares:
            tell(self._shares.take(), error)

    async def _open(self) -> _Shared:
        connection, self._idle = self._idle, None
        if connection is None:
            connection = await self._engine.connect()
            await connection.execution_options(tongfa_writing=True)
        say(connection, BEGIN)
        self._shared = _Shared(connection)
        return self._shared

    async def _after_failure(self, shared: _Shared, error: BaseException) -> None:
        """Give up the transaction when nobody else has a share in it, or when SQLite has undone it itself."""
        if shared.commit is None:
            self._shared = None
            await shared.connection.close()  # what it has not committed is undone
        elif not is_open(shared.connection):
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


def _tell_after(shares: list[Share], commit: asyncio.Task[None]) -> None:
    tell(shares, asyncio.CancelledError() if commit.cancelled() else commit.exception())
