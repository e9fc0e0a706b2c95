"""SQLite's driver, with one visit to the connection's thread for each statement.

aiosqlite makes four: for the cursor, the statement, its rows and the end of the cursor. Each costs two
changes of thread, which on a small machine is more than most statements. SQLAlchemy sees the same connection.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.driver import driver_of
from server.store.privacy import close_to_others

T = TypeVar("T")

BEGIN: Final = "BEGIN IMMEDIATE"
"""How a writer begins: one that reads first and writes later would otherwise fail half way with BUSY."""

_BATCH: Final = 1000
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit that was answered survives the power cut
    "foreign_keys=ON",
    "journal_size_limit=67108864",  # what a long reader, as a backup, made the log take it gives back
    "busy_timeout=15000",  # the other process's write
)


class Connection(aiosqlite.Connection):
    """aiosqlite's connection, on whose thread several things may be done in one visit.

    Words that begin something have no answer to wait for: they are said at the next visit, before its act.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        """Take what aiosqlite takes."""
        super().__init__(*args, **more)
        self._unsaid: list[str] = []
        self._has_begun = False  # words went to the thread, and nothing ended what they began

    @property
    def is_open(self) -> bool:
        """Whether a transaction has begun, or begins with the next visit."""
        return bool(self._unsaid) or self.in_transaction

    async def visit(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Do something on the connection's thread; the connection is nobody else's meanwhile."""
        words, self._unsaid = self._unsaid, []
        self._has_begun |= bool(words)
        if threading.get_ident() == self._thread.ident:
            return self._do(words, act)  # whoever is here already waits for nobody
        # aiosqlite has no public way to do several things in one visit; SQLAlchemy takes this one, too.
        result: T = await self._execute(partial(self._do, words, act))  # type: ignore[no-untyped-call]
        return result

    def _do(self, words: list[str], act: Callable[[sqlite3.Connection], T]) -> T:
        for word in words:
            self._conn.execute(word).close()
        return act(self._conn)

    def say(self, word: str) -> None:
        """Say a word that has no rows, with the next visit."""
        self._unsaid.append(word)

    def cursor(self) -> "Cursor":  # type: ignore[override]
        """Give a cursor; nothing is done on the thread for it."""
        return Cursor(self)

    async def commit(self) -> None:
        """Commit what is open; raises where SQLite has undone it, as it does when the disk is full."""
        if self.in_transaction:
            await self.visit(lambda connection: connection.commit())
        elif self._has_begun:
            raise sqlite3.OperationalError("the transaction was undone before its commit")
        self._unsaid.clear()
        self._has_begun = False

    async def rollback(self) -> None:
        """Undo what is open; SQLAlchemy asks this of every connection that it takes back.

        A visit that was called off may still be on its way to begin something; this comes behind it.
        """
        self._unsaid.clear()
        if self._has_begun or self.in_transaction:
            self._has_begun = False
            await self.visit(lambda connection: connection.rollback())


class Cursor:
    """A cursor whose statement and rows take one visit; what SQLAlchemy asks of one and no more.

    Of a long result only the beginning is fetched with the statement: who streams it must not hold all of it.
    """

    def __init__(self, connection: Connection) -> None:
        """Take the connection."""
        self._connection = connection
        self._rows: deque[Any] = deque()
        self._rest: sqlite3.Cursor | None = None  # on the thread, where there are more rows than fetched
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        """Begin; nothing is done on the thread."""
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """End."""
        await self.close()

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Execute a statement and fetch its rows."""
        await self._connection.visit(partial(self._run, "execute", sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Execute a statement for each of the parameters."""
        await self._connection.visit(partial(self._run, "executemany", sql, parameters))
        return self

    async def fetchall(self) -> Sequence[Any]:
        """Give the rows that are left."""
        if self._rest is not None:
            await self._connection.visit(lambda _connection: self._fetch(None))
        rows = list(self._rows)
        self._rows.clear()
        return rows

    async def fetchmany(self, size: int | None = None) -> Sequence[Any]:
        """Give the next rows, at most `size`."""
        wanted = self.arraysize if size is None else size
        if len(self._rows) < wanted and self._rest is not None:
            await self._connection.visit(lambda _connection: self._fetch(max(wanted, _BATCH)))
        return [self._rows.popleft() for _row in range(min(wanted, len(self._rows)))]

    async def fetchone(self) -> Any:
        """Give the next row, None after the last."""
        return next(iter(await self.fetchmany(1)), None)

    async def close(self) -> None:
        """End, whatever is left."""
        self._rows.clear()
        if self._rest is not None:
            await self._connection.visit(lambda _connection: self._end())

    def _run(self, verb: str, sql: str, parameters: Any, connection: sqlite3.Connection) -> None:
        self._rest = cursor = connection.cursor()
        try:
            getattr(cursor, verb)(sql, parameters)
            self.description, self.lastrowid = cursor.description, cursor.lastrowid
            self._fetch(_BATCH)
        except BaseException:
            self._end()
            raise

    def _fetch(self, most: int | None) -> None:
        """Fetch rows on the thread, all of them with None."""
        rest = self._rest
        if rest is None:
            return
        rows = rest.fetchall() if most is None else rest.fetchmany(most)
        self._rows.extend(rows)
        self.rowcount = rest.rowcount  # with RETURNING known only once all rows are fetched
        if most is None or len(rows) < most:
            self._end()

    def _end(self) -> None:
        rest, self._rest = self._rest, None
        if rest is not None:
            rest.close()


def connect(database: str, **settings: Any) -> Connection:
    """Give a connection to await; the arguments are those of sqlite3."""
    connection = Connection(partial(_open, database, **settings), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 -- as SQLAlchemy does: a lost one must not keep the process
    return connection


def _open(database: str, **settings: Any) -> sqlite3.Connection:
    opened: sqlite3.Connection = sqlite3.connect(database, **settings)
    for ending in ("", "-wal", "-shm"):  # the latter two are made with the mode of the first
        close_to_others(Path(database + ending))
    return opened


def say(connection: AsyncConnection, word: str) -> None:
    """Say a word to SQLite itself: SQLAlchemy's own words cost more than what is done between them."""
    cast("Connection", driver_of(connection)).say(word)


async def commit(connection: AsyncConnection) -> None:
    """Commit; SQLAlchemy only where a statement of its own made it believe that it began.

    One that is refused leaves the transaction open, and SQLAlchemy takes it for ended: it is undone here.
    """
    driver = cast("Connection", driver_of(connection))
    try:
        await (connection if connection.in_transaction() else driver).commit()
    except (sqlite3.Error, sa.exc.DBAPIError):
        await driver.rollback()
        raise


async def visit(connection: AsyncConnection, act: Callable[[sqlite3.Connection], T]) -> T:
    """Do something on the thread of a connection; what its driver is asked for there waits for nobody."""
    return await cast("Connection", driver_of(connection)).visit(act)


def is_open(connection: AsyncConnection) -> bool:
    """Say whether a transaction is open, or begins with the next visit."""
    if connection.invalidated or connection.closed:
        return False
    driver = cast("Connection | None", driver_of(connection))
    return driver is not None and driver.is_open


def prepare_sqlite(engine: sa.Engine) -> None:
    """Give every connection of the engine its pragmas, and every transaction its kind."""
    sa.event.listen(engine, "connect", _set_pragmas)
    sa.event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin for us
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("tongfa_writing", False)
    driver = cast("Connection", connection.connection.driver_connection)
    if not driver.is_open:  # commits.py begins by itself
        driver.say(BEGIN if writing else "BEGIN")
