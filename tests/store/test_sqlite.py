import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.store.sqlite import Connection, connect
from server.store.tx import Store


@pytest.fixture
async def connection(tmp_path: Path):
    opened = connect(str(tmp_path / "x.db"), isolation_level=None)
    await opened
    await opened.cursor().execute("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE)")
    yield opened
    await opened.close()


async def _run(connection: Connection, sql: str, *values: object) -> list[tuple[object, ...]]:
    async with connection.cursor() as cursor:
        await cursor.execute(sql, values)
        return list(await cursor.fetchall())


async def test_a_cursor_gives_rows_their_names_and_how_many_there_were(connection: Connection):
    async with connection.cursor() as cursor:
        await cursor.executemany("INSERT INTO words (word) VALUES (?)", [("旗",), ("盟",), ("镇",)])
        assert cursor.rowcount == 3
        await cursor.execute("UPDATE words SET word = word || ? WHERE id < 3 RETURNING id", ("里",))
        assert (cursor.rowcount, list(await cursor.fetchall())) == (2, [(1,), (2,)])
        await cursor.execute("SELECT word AS name FROM words ORDER BY id")
        assert cursor.description[0][0] == "name"
        assert list(await cursor.fetchall()) == [("旗里",), ("盟里",), ("镇",)]
        assert list(await cursor.fetchall()) == []


async def test_a_refused_statement_raises_what_sqlite_raised_and_the_next_one_works(connection: Connection):
    await _run(connection, "INSERT INTO words (word) VALUES (?)", "旗")
    with pytest.raises(sqlite3.IntegrityError):
        await _run(connection, "INSERT INTO words (word) VALUES (?)", "旗")
    assert await _run(connection, "SELECT count(*) FROM words") == [(1,)]


@pytest.mark.parametrize(("end", "left"), [("commit", 1), ("rollback", 0)])
async def test_what_is_open_ends_as_it_is_told(connection: Connection, end: str, left: int):
    connection.say("BEGIN IMMEDIATE")
    await _run(connection, "INSERT INTO words (word) VALUES (?)", "旗")
    await getattr(connection, end)()
    assert not connection.in_transaction
    assert await _run(connection, "SELECT count(*) FROM words") == [(left,)]


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_ending_what_was_never_begun_is_harmless(connection: Connection, end: str):
    await getattr(connection, end)()
    assert await _run(connection, "SELECT count(*) FROM words") == [(0,)]


async def test_a_beginning_waits_for_what_follows_it_and_is_forgotten_where_nothing_does(
    connection: Connection,
):
    connection.say("BEGIN IMMEDIATE")
    assert (connection.is_open, connection.in_transaction) == (True, False)
    await connection.rollback()
    assert not connection.is_open
    connection.say("BEGIN IMMEDIATE")
    await _run(connection, "INSERT INTO words (word) VALUES (?)", "旗")
    assert connection.in_transaction


async def test_a_beginning_whose_visit_was_called_off_leaves_nothing_open(connection: Connection):
    busy = threading.Event()
    waits = asyncio.create_task(connection.visit(lambda _raw: busy.wait(10)))
    await asyncio.sleep(0)
    connection.say("BEGIN IMMEDIATE")
    called_off = asyncio.create_task(connection.visit(lambda raw: raw.execute("SELECT 1").close()))
    await asyncio.sleep(0)
    called_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await called_off
    ended = asyncio.create_task(connection.rollback())
    await asyncio.sleep(0)
    busy.set()
    await asyncio.gather(waits, ended)
    assert not await connection.visit(lambda raw: raw.in_transaction)


async def test_a_long_result_is_whole_whether_it_is_taken_at_once_or_in_parts(connection: Connection):
    count = 2500
    text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
    assert await _run(connection, text, count) == [(number,) for number in range(1, count + 1)]
    async with connection.cursor() as cursor:
        await cursor.execute(text, (count,))
        assert await cursor.fetchone() == (1,)
        parts = [await cursor.fetchmany(700) for _part in range(5)]
    assert [row[0] for part in parts for row in part] == list(range(2, count + 1))


async def test_a_stream_that_is_left_half_way_leaves_the_connection_as_it_was(tmp_path: Path):
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    numbers = sa.text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n"
    )
    async with store.read() as tx:
        async with tx.stream(numbers) as rows:
            async for row in rows:
                if row.i == 3000:
                    break
        assert (await tx.execute(sa.text("SELECT 1"))).scalar_one() == 1
    await store.close()


async def test_a_long_statement_that_returns_rows_knows_how_many_it_changed(connection: Connection):
    async with connection.cursor() as cursor:
        await cursor.executemany("INSERT INTO words (word) VALUES (?)", [(str(n),) for n in range(2500)])
        await cursor.execute("UPDATE words SET word = word || ? RETURNING id", ("里",))
        assert len(await cursor.fetchall()) == cursor.rowcount == 2500


@pytest.mark.slow
async def test_the_log_gives_the_disk_back_what_a_long_reader_made_it_take(tmp_path: Path):
    store, log = Store(f"sqlite+aiosqlite:///{tmp_path}/x.db"), tmp_path / "x.db-wal"

    async def write(times: int) -> int:
        for _ in range(times):
            async with store.begin() as tx:
                await tx.execute(sa.text("INSERT INTO sheets VALUES (zeroblob(1048576))"))
        return (await asyncio.to_thread(log.stat)).st_size

    async with store.begin() as tx:
        await tx.execute(sa.text("CREATE TABLE sheets (body BLOB)"))
    async with store.read() as reader:
        await reader.execute(sa.text("SELECT count(*) FROM sheets"))
        assert await write(70) > 64 << 20
    assert await write(2) <= 64 << 20
    await store.close()
