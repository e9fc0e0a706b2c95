"""Shares of a transaction of SQLite's that run on its thread, from the first statement to the commit.

An act waits for nothing but its transaction. Taken statement by statement it would wait for a busy event loop
at each of them, and everybody who wants to write with it; here it waits once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.sqlite import commit, is_open, say

T = TypeVar("T")
Act = Callable[[AsyncConnection], Awaitable[T]]

_MOST: Final = 256
"""So many have a commit together at most."""


class Undone(ConnectionError):
    """The shared transaction was lost before its commit, and with it every share."""


@dataclass(slots=True)
class Share:
    """An act in line, the context in which it runs, what came of it, and who is told."""

    act: Act[Any]
    ended: asyncio.Future[Any]
    context: Context = field(default_factory=copy_context)
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        """Tell whoever waits, unless he was called off; on his loop."""
        if self.ended.done():
            return
        if self.error is None:
            self.ended.set_result(self.result)
        elif isinstance(self.error, asyncio.CancelledError):
            self.ended.cancel()
        else:
            self.ended.set_exception(self.error)


class Shares:
    """Those that stand in line; it may be used from any thread."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: deque[Share] = deque()

    def __bool__(self) -> bool:
        """Say whether one waits."""
        return bool(self._waiting)

    def add(self, act: Act[T]) -> asyncio.Future[T]:
        """Put an act in line; give what is told once it is durable."""
        share = Share(act, asyncio.get_running_loop().create_future())
        self._waiting.append(share)
        return share.ended

    def take(self) -> list[Share]:
        """Take those whose turn it is."""
        return [self._waiting.popleft() for _share in range(min(len(self._waiting), _MOST))]


def tell(shares: list[Share], error: BaseException | None = None) -> None:
    """Tell all who wait for these, of an error that took all of them along, too; on their loop."""
    for share in shares:
        share.error = share.error or error
        share.tell()


async def run_shares(connection: AsyncConnection, shares: list[Share]) -> None:
    """Run shares in an open transaction, on the connection's thread; what comes of each is noted in it.

    Raises Undone when the whole transaction was lost on the way.
    """
    for share in shares:
        if share.ended.done():
            continue  # called off while it stood in line
        try:
            async with apart(connection):
                share.result = share.context.run(drive, share.act(connection))
        except BaseException as error:  # told to whoever waits for it
            share.error = error
            if not is_open(connection):
                # A full disk undoes the transaction, not the statement: the next would commit by itself.
                raise Undone("the shared transaction was undone") from error


async def commit_shares(connection: AsyncConnection, shares: list[Share]) -> bool:
    """Run shares and commit them, on the connection's thread; False when all is lost, and the connection.

    Then every share has an error.
    """
    try:
        await run_shares(connection, shares)
        await commit(connection)
    except BaseException as error:  # noqa: BLE001 -- told to whoever waits for one of them
        for share in shares:
            share.error = share.error or error
        return False
    return True


@asynccontextmanager
async def apart(connection: AsyncConnection) -> AsyncIterator[None]:
    """Undo what is done inside, and only that, when it raises."""
    say(connection, "SAVEPOINT share")
    try:
        yield
    except BaseException:
        if is_open(connection):
            say(connection, "ROLLBACK TO share")
            say(connection, "RELEASE share")
        raise
    say(connection, "RELEASE share")


def drive(awaited: Awaitable[T]) -> T:
    """Run to its end what waits for nothing but the connection whose thread this is."""
    steps = awaited.__await__()
    try:
        next(steps)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("an act waits for its transaction and for nothing else")
