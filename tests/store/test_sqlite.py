import sqlite3
from pathlib import Path

import pytest

from server.store.sqlite import Connection, connect


@pytest.fixture
async def connection(tmp_path: Path):
    opened = await connect(str(tmp_path / "x.db"), isolation_level=None)
    await opened.say("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE)")
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
    await connection.say("BEGIN IMMEDIATE")
    await _run(connection, "INSERT INTO words (word) VALUES (?)", "旗")
    await getattr(connection, end)()
    assert not connection.in_transaction
    assert await _run(connection, "SELECT count(*) FROM words") == [(left,)]


@pytest.mark.parametrize("end", ["commit", "rollback"])
async def test_ending_what_was_never_begun_is_harmless(connection: Connection, end: str):
    await getattr(connection, end)()
    assert await _run(connection, "SELECT count(*) FROM words") == [(0,)]
