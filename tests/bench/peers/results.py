"""The durable result row that a peer writes for each delivery: committed, with fsync, before it is done.

`done_at` is taken before the commit, so a peer's own commit is not in its latency; ours is in ours.
"""

import sqlite3
from typing import Any

import aiosqlite
import asyncpg
import psycopg

_TABLE = (
    "CREATE TABLE IF NOT EXISTS results (item integer, channel text, post text, done_at double precision)"
)
_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=15000")


class SqliteResults:
    """Rows in SQLite, written by a task of the event loop."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        """Take an open connection in autocommit."""
        self._connection = connection

    async def add(self, *row: Any) -> None:
        """Write a row; durable when it returns."""
        await self._connection.execute("INSERT INTO results VALUES (?, ?, ?, ?)", row)

    async def close(self) -> None:
        """Close the file."""
        await self._connection.close()


class PostgresResults:
    """Rows in PostgreSQL, over a pool."""

    def __init__(self, pool: Any) -> None:
        """Take an open pool."""
        self._pool = pool

    async def add(self, *row: Any) -> None:
        """Write a row; durable when it returns."""
        await self._pool.execute("INSERT INTO results VALUES ($1, $2, $3, $4)", *row)

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()


class SyncResults:
    """Rows in either, written by a blocking worker."""

    def __init__(self, connection: Any, statement: str) -> None:
        """Take an open connection in autocommit."""
        self._connection, self._statement = connection, statement

    def add(self, *row: Any) -> None:
        """Write a row; durable when it returns."""
        self._connection.execute(self._statement, row)


async def open_results(database: str) -> SqliteResults | PostgresResults:
    """Open the results at `sqlite:///path` or a PostgreSQL address."""
    if database.startswith("sqlite"):
        connection = await aiosqlite.connect(database.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in _PRAGMAS:
            await connection.execute(pragma)
        return SqliteResults(connection)
    return PostgresResults(await asyncpg.create_pool(database, min_size=4, max_size=16))


def open_sync_results(database: str) -> SyncResults:
    """Open the results for a blocking worker."""
    if database.startswith("sqlite"):
        connection = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        return SyncResults(connection, "INSERT INTO results VALUES (?, ?, ?, ?)")
    return SyncResults(
        psycopg.connect(database, autocommit=True), "INSERT INTO results VALUES (%s, %s, %s, %s)"
    )


def create_table(database: str) -> None:
    """Make the table, once, before anybody writes."""
    results = open_sync_results(database)
    results._connection.execute(_TABLE)
    results._connection.close()


def read_results(database: str) -> list[tuple[int, float]]:
    """Give item and done_at of every row."""
    results = open_sync_results(database)
    rows = results._connection.execute("SELECT item, done_at FROM results").fetchall()
    results._connection.close()
    return [(int(row[0]), float(row[1])) for row in rows]


def count_results(database: str) -> int:
    """Give how many rows there are."""
    results = open_sync_results(database)
    count = int(results._connection.execute("SELECT count(*) FROM results").fetchone()[0])
    results._connection.close()
    return count
