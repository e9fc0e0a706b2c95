"""The durable result row that a peer writes for each delivery: committed, with fsync, before it is done.

`done_at` is taken before the commit, so a peer's own commit is not in its latency; ours is in ours.
"""

import json
import os
import sqlite3
import sys
import time
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

    def query(self, statement: str) -> Any:
        """Execute a statement without values."""
        return self._connection.execute(statement)


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


def create_table(results: SyncResults) -> None:
    """Make the table, once, before anybody writes."""
    results.query(_TABLE)


def wait_for(results: SyncResults, count: int) -> list[tuple[int, float]]:
    """Give item and done_at of every row, once there are so many."""
    deadline = time.monotonic() + 120
    while results.query("SELECT count(*) FROM results").fetchone()[0] < count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"fewer than {count} results after two minutes")
        time.sleep(0.02)
    rows = results.query("SELECT item, done_at FROM results").fetchall()
    return [(int(item), float(done_at)) for item, done_at in rows]


def main(words: list[str]) -> None:
    """`create` the table, or `wait` for so many rows and print them as JSON."""
    results = open_sync_results(json.loads(os.environ["BENCH"])["database"])
    if words[0] == "create":
        create_table(results)
    else:
        print(json.dumps(wait_for(results, int(words[1]))))


if __name__ == "__main__":
    main(sys.argv[1:])
