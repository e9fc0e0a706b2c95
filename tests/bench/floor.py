"""The floor: the least that does the same work by hand, with the same group commit and none of the core.

    python -m tests.bench.floor ORDERS

One loop takes what was accepted, opens attempts for all of it in one commit, posts over kept raw
connections, and settles what was answered, with ledger and counters, in one commit.
"""

import asyncio
import json
import sqlite3
import sys
import time
from collections import Counter
from typing import Any, Protocol
from urllib.parse import urlsplit

import asyncpg
import uvloop

CHANNELS = ("website", "weibo", "wechat", "feed")
SLOTS = 256
_TABLES = (
    "CREATE TABLE f_deliveries (id integer primary key, item integer, channel text, state text, post text)",
    "CREATE TABLE f_attempts (delivery integer primary key, outcome text)",
    "CREATE TABLE f_ledger (item integer, channel text, primary key (item, channel))",
    "CREATE TABLE f_counters (channel text primary key, count integer)",
)


class Rows(Protocol):
    """The three commits."""

    async def accept(self, rows: list[tuple[int, int, str]]) -> None: ...
    async def open(self, ids: list[int]) -> None: ...
    async def settle(self, rows: list[tuple[int, int, str, str]]) -> None: ...


class SqliteRows:
    """On sqlite3 in a thread, with a full sync."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *_TABLES):
            self._db.execute(statement)
        self._turn = asyncio.Lock()

    async def _commit(self, *acts: tuple[str, list[Any]]) -> None:
        def run() -> None:
            self._db.execute("BEGIN IMMEDIATE")
            for statement, rows in acts:
                self._db.executemany(statement, rows)
            self._db.execute("COMMIT")

        async with self._turn:
            await asyncio.to_thread(run)

    async def accept(self, rows: list[tuple[int, int, str]]) -> None:
        await self._commit(("INSERT INTO f_deliveries VALUES (?, ?, ?, 'ready', NULL)", rows))

    async def open(self, ids: list[int]) -> None:
        keys = [(key,) for key in ids]
        await self._commit(
            ("UPDATE f_deliveries SET state = 'sending' WHERE id = ? AND state = 'ready'", keys),
            ("INSERT INTO f_attempts VALUES (?, NULL)", keys),
        )

    async def settle(self, rows: list[tuple[int, int, str, str]]) -> None:
        counts = Counter(row[2] for row in rows)
        await self._commit(
            (
                "UPDATE f_deliveries SET state = 'live', post = ? WHERE id = ? AND state = 'sending'",
                [(row[3], row[0]) for row in rows],
            ),
            ("UPDATE f_attempts SET outcome = 'live' WHERE delivery = ?", [(row[0],) for row in rows]),
            ("INSERT OR IGNORE INTO f_ledger VALUES (?, ?)", [(row[1], row[2]) for row in rows]),
            ("INSERT OR IGNORE INTO f_ledger VALUES (?, 'item')", [(row[1],) for row in rows]),
            (
                "INSERT INTO f_counters VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                list(counts.items()),
            ),
        )


class PostgresRows:
    """On asyncpg, each commit one transaction of bulk statements."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def _commit(self, *acts: tuple[str, list[Any]]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            for statement, columns in acts:
                await connection.execute(statement, *columns)

    async def accept(self, rows: list[tuple[int, int, str]]) -> None:
        await self._commit(
            (
                "INSERT INTO f_deliveries SELECT *, 'ready' FROM unnest($1::int[], $2::int[], $3::text[])",
                [list(column) for column in zip(*rows, strict=True)],
            )
        )

    async def open(self, ids: list[int]) -> None:
        await self._commit(
            ("UPDATE f_deliveries SET state='sending' WHERE id = ANY($1::int[]) AND state='ready'", [ids]),
            ("INSERT INTO f_attempts SELECT unnest($1::int[]), NULL", [ids]),
        )

    async def settle(self, rows: list[tuple[int, int, str, str]]) -> None:
        ids, items, channels, posts = (list(column) for column in zip(*rows, strict=True))
        counts = Counter(channels)
        await self._commit(
            (
                "UPDATE f_deliveries d SET state='live', post=g.post FROM unnest($1::int[], $2::text[])"
                " AS g(id, post) WHERE d.id = g.id AND d.state='sending'",
                [ids, posts],
            ),
            ("UPDATE f_attempts SET outcome='live' WHERE delivery = ANY($1::int[])", [ids]),
            (
                "INSERT INTO f_ledger SELECT * FROM unnest($1::int[], $2::text[]) ON CONFLICT DO NOTHING",
                [items + items, channels + ["item"] * len(items)],
            ),
            (
                "INSERT INTO f_counters SELECT * FROM unnest($1::text[], $2::int[])"
                " ON CONFLICT (channel) DO UPDATE SET count = f_counters.count + excluded.count",
                [list(counts), list(counts.values())],
            ),
        )


class Caller:
    """One kept connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, channel: str, item: int) -> str:
        body = json.dumps({"title": f"稿件 {item}", "mark": str(item)}, ensure_ascii=False).encode()
        self._writer.write(
            b"POST /%b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
            % (channel.encode(), len(body), body)
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        post: str = json.loads(await self._reader.readexactly(length))["id"]
        return post


class Floor:
    """The loop."""

    def __init__(self, rows: Rows, platform: str) -> None:
        self._rows, self._platform = rows, urlsplit(platform)
        self._ready: list[tuple[int, int, str]] = []
        self._answered: list[tuple[int, int, str, str]] = []
        self._news = asyncio.Event()
        self._callers: list[Caller] = []
        self._in_flight = 0
        self.left: dict[int, int] = {}
        self.settled: dict[int, float] = {}

    async def accept(self, items: list[int]) -> None:
        """Take items; durable on return."""
        rows = [(item * 4 + n, item, word) for item in items for n, word in enumerate(CHANNELS)]
        await self._rows.accept(rows)
        for item in items:
            self.left[item] = 4
        self._ready += rows
        self._news.set()

    async def run(self) -> None:
        """Send and settle for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle())
            while True:
                await self._news.wait()
                self._news.clear()
                room = SLOTS - self._in_flight
                batch, self._ready = self._ready[:room], self._ready[room:]
                if batch:
                    self._in_flight += len(batch)
                    await self._rows.open([row[0] for row in batch])
                    for row in batch:
                        group.create_task(self._send(row))

    async def _send(self, row: tuple[int, int, str]) -> None:
        caller = self._callers.pop() if self._callers else await self._connect()
        post = await caller.post(row[2], row[1])
        self._callers.append(caller)
        self._answered.append((*row, post))

    async def _connect(self) -> Caller:
        return Caller(*await asyncio.open_connection(self._platform.hostname, self._platform.port))

    async def _settle(self) -> None:
        while True:
            if not self._answered:
                await asyncio.sleep(0.0005)
                continue
            batch, self._answered = self._answered, []
            await self._rows.settle(batch)
            self._in_flight -= len(batch)
            now = time.time()
            for row in batch:
                self.left[row[1]] -= 1
                if not self.left[row[1]]:
                    self.settled[row[1]] = now
            self._news.set()


async def main(orders: dict[str, Any]) -> None:
    """Run once and print what was seen."""
    rows: Rows
    if orders["database"].startswith("sqlite"):
        rows = SqliteRows(orders["database"].partition(":///")[2])
    else:
        pool = await asyncpg.create_pool(orders["database"], min_size=4, max_size=8)
        for statement in _TABLES:
            await pool.execute(statement)
        rows = PostgresRows(pool)
    floor = Floor(rows, orders["platform"])
    loop = asyncio.create_task(floor.run())
    count, pace = orders["items"], orders["pace"]
    accepted: dict[int, float] = {}
    begun = time.time()
    if pace:
        for item in range(count):
            await asyncio.sleep(max(0.0, begun + item / pace - time.time()))
            accepted[item] = time.time()
            await floor.accept([item])
    else:
        for first in range(0, count, 64):
            accepted |= dict.fromkeys(range(first, min(first + 64, count)), time.time())
            await floor.accept(list(range(first, min(first + 64, count))))
    while len(floor.settled) < count:  # noqa: ASYNC110 -- the loop must not know that it is watched
        await asyncio.sleep(0.005)
    loop.cancel()
    seconds = max(floor.settled.values()) - begun
    latencies = [1000 * (floor.settled[item] - accepted[item]) for item in accepted]
    print(json.dumps({"seconds": seconds, "latencies": latencies, "spent": {}}))


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
