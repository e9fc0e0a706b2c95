"""`Store.begin()`, the only door to a transaction, and the guard that keeps the network out of it."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.store.commits import CommitLine
from server.store.connections import Connections
from server.store.postgresql import POOL, prepare_postgresql
from server.store.reading import ReadingConnections
from server.store.room import Room, is_full
from server.store.shares import Undone
from server.store.sqlite import connect, prepare_sqlite

Tx = AsyncConnection
T = TypeVar("T")

_CUT_OFF: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError)
"""What asyncpg says of a connection that ended; the second, between the server's last word and the end."""
_UNDONE: Final = ("40P01", "40001")  # PostgreSQL: deadlock_detected, serialization_failure
_TRIES: Final = 6

_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)
_kept: ContextVar["_Kept | None"] = ContextVar("kept_meanwhile", default=None)


class StoreAway(Exception):
    """The database does not answer; whatever was not committed did not happen."""


class StoreFull(StoreAway):
    """The disk takes no more; what stands can still be read, and what was not committed did not happen."""


class StoreBusy(StoreAway):
    """Two transactions stood in each other's way and this one was undone; it may simply be done again."""


class NetworkInsideTransaction(RuntimeError):
    """A request was about to leave while a transaction was open: a slow platform would hold every lock."""


def refuse_network_inside_transaction() -> None:
    """Raise when the calling task, or the one that started it, holds a transaction."""
    if _inside.get():
        raise NetworkInsideTransaction("no network call inside a transaction")


@dataclass(slots=True)
class _Kept:
    """Whether a writing transaction came true within an act."""

    is_any: bool = False


async def do_again_if_undone(act: Callable[[], Awaitable[T]], *, tries: int = _TRIES) -> T:
    """Do an act that opens its own transactions, and again while one was undone for another's sake.

    What is within it happens again, so beside its transactions it may do nothing that must not. Raises
    StoreBusy after so many tries, and at once where a transaction of it had come true before.
    """
    outer = _kept.get()
    for tried in range(tries):
        kept = _Kept()
        mark = _kept.set(kept)
        try:
            return await act()
        except StoreBusy:
            if kept.is_any or tried == tries - 1:
                raise
        finally:
            _kept.reset(mark)
            if outer is not None:
                outer.is_any |= kept.is_any
        # Chance keeps the two from meeting again.
        await asyncio.sleep(random.uniform(0, 0.02 * 2**tried))  # noqa: S311
    raise AssertionError("unreachable")


class Store:
    """The one truth, on SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Take an SQLAlchemy async address; nothing is opened yet."""
        self.engine: AsyncEngine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._line = CommitLine(self.engine) if self.is_sqlite else None
        self._connections = ReadingConnections(self.engine) if self.is_sqlite else Connections(self.engine)
        self.room = Room()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """Open a writing transaction: committed at the end of the block, undone by an exception."""
        with self._writing():
            async with self._connections.lend() if self._line is None else self._line.stand() as tx:
                yield tx

    async def write(self, act: Callable[[Tx], Awaitable[T]]) -> T:
        """Do an act in a writing transaction, and again when it was undone for another's sake.

        Acts do nothing outside their transaction and wait for nothing else, so doing one again is harmless,
        and SQLite runs it on the connection's thread.
        """
        return await do_again_if_undone(partial(self._write_once, act))

    async def _write_once(self, act: Callable[[Tx], Awaitable[T]]) -> T:
        if self._line is None:
            async with self.begin() as tx:
                return await act(tx)
        with self._writing():
            return await self._line.run(act)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        mark = _inside.set(True)
        try:
            with _plain_errors():
                yield
            if (kept := _kept.get()) is not None:
                kept.is_any = True
        except StoreFull as error:
            self.room.refused(str(error))
            raise
        finally:
            _inside.reset(mark)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Open a reading transaction: one consistent picture, never a lock that a writer waits for."""
        mark = _inside.set(True)
        try:
            with _plain_errors():
                async with self._connections.lend() as tx:
                    yield tx
        finally:
            _inside.reset(mark)

    async def close(self) -> None:
        """Close every connection."""
        if self._line is not None:
            await self._line.close()
        await self._connections.close()
        await self.engine.dispose()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say what the drivers raise in the store's own words."""
    try:
        yield
    except Undone as error:
        raise StoreBusy(str(error)) from error
    except (sqlite3.OperationalError, *_CUT_OFF) as error:
        raise _away(error) from error  # a script speaks to the driver itself
    except asyncpg.PostgresError as error:
        if error.sqlstate in _UNDONE:
            raise StoreBusy(str(error)) from error
        if _is_gone(error.sqlstate):
            raise _away(error) from error
        raise
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, ConnectionError) as error:
        raise _away(getattr(error, "orig", None) or error.__cause__ or error) from error
    except sa.exc.DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _UNDONE:
            raise StoreBusy(str(error.orig)) from error
        if error.connection_invalidated or _is_gone(state):
            raise _away(error.orig or error) from error
        raise


def _away(error: BaseException) -> StoreAway:
    return StoreFull(str(error)) if is_full(error) else StoreAway(str(error))


def _is_gone(sqlstate: str | None) -> bool:
    """Say whether the server cannot serve: 08 lost connections, 57P it stops or starts, 53 it lacks room."""
    return sqlstate is not None and sqlstate.startswith(("08", "57P", "53"))


def _make_engine(url: str) -> AsyncEngine:
    # Parameters hold digests and sealed secrets; they must not get into an error that is logged.
    if url.startswith("sqlite"):
        engine = create_async_engine(url, hide_parameters=True, connect_args={"async_creator_fn": connect})
        prepare_sqlite(engine.sync_engine)
    else:
        engine = create_async_engine(url, hide_parameters=True, **POOL)
        prepare_postgresql(engine.sync_engine)
    return engine
