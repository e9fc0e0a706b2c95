"""SQLite's one writer: parts that share a commit, and each part's own all-or-nothing."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.store.scripts import Script, run_script
from server.store.tx import Store, StoreAway, StoreBusy, Tx


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store(f"sqlite+aiosqlite:///{tmp_path}/commits.db")
    async with opened.begin() as tx:
        await tx.execute(sa.text("CREATE TABLE marks (mark text PRIMARY KEY)"))
    yield opened
    await opened.close()


async def mark(store: Store, word: str, *, fails: bool = False) -> None:
    async with store.begin() as tx:
        await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
        await asyncio.sleep(0)
        if fails:
            raise KeyError(word)


async def marks(store: Store) -> set[str]:
    async with store.read() as tx:
        return set((await tx.execute(sa.text("SELECT mark FROM marks"))).scalars())


def count_commits(store: Store) -> list[None]:
    commits: list[None] = []
    sa.event.listen(store.engine.sync_engine, "commit", lambda _connection: commits.append(None))
    return commits


async def test_writers_that_stand_in_line_share_commits(store: Store):
    commits = count_commits(store)
    await asyncio.gather(*(mark(store, str(n)) for n in range(50)))
    assert len(await marks(store)) == 50
    assert len(commits) < 10


async def test_a_writer_alone_commits_at_once(store: Store):
    await mark(store, "alone")
    assert await marks(store) == {"alone"}


async def test_what_sqlite_has_undone_is_not_called_committed(store: Store):
    """As when the disk is full: the error was taken for that of a statement."""

    async def write() -> None:
        async with store.begin() as tx:
            await tx.execute(sa.text("INSERT INTO marks VALUES ('lost')"))
            with suppress(sa.exc.IntegrityError):
                await tx.execute(sa.text("INSERT OR ROLLBACK INTO marks VALUES ('before')"))

    await mark(store, "before")
    with pytest.raises(StoreAway):
        await write()
    await mark(store, "after")
    assert await marks(store) == {"before", "after"}


@pytest.mark.parametrize("failing", [0, 1, 4])
async def test_a_part_that_fails_takes_nobody_with_it(store: Store, failing: int):
    results = await asyncio.gather(
        *(mark(store, str(n), fails=n == failing) for n in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results].count(KeyError) == 1
    assert await marks(store) == {str(n) for n in range(5)} - {str(failing)}


async def test_a_part_that_breaks_a_rule_of_the_table_takes_nobody_with_it(store: Store):
    results = await asyncio.gather(
        *(mark(store, word) for word in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert sum(isinstance(result, sa.exc.IntegrityError) for result in results) == 1
    assert await marks(store) == {"a", "b", "c"}


async def test_a_part_that_is_called_off_leaves_the_others_their_commit(store: Store):
    tasks = [asyncio.create_task(mark(store, str(n))) for n in range(5)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results].count(asyncio.CancelledError) == 1
    assert {"0", "1", "3", "4"} <= await marks(store)


async def test_nobody_is_told_before_the_shared_commit_stands(store: Store):
    seen: list[bool] = []

    async def write_and_look(word: str) -> None:
        await mark(store, word)
        seen.append(word in await marks(store))

    await asyncio.gather(*(write_and_look(str(n)) for n in range(20)))
    assert seen == [True] * 20


async def test_a_lost_transaction_is_every_parts_loss_and_no_later_ones(store: Store):
    async def lose(word: str) -> None:
        async with store.begin() as tx:
            await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
            raw = await tx.get_raw_connection()
            assert raw.driver_connection
            await raw.driver_connection.rollback()  # what SQLite does by itself when the disk is full
            raise OSError("disk full")

    acts = (mark(store, "first"), lose("second"), mark(store, "third"))
    results = await asyncio.gather(*acts, return_exceptions=True)
    assert [type(result) for result in results] == [StoreBusy, OSError, type(None)]
    assert await marks(store) == {"third"}
    await mark(store, "later")
    assert await marks(store) == {"third", "later"}


async def test_a_part_that_is_called_off_within_a_statement_costs_the_others_a_second_try(store: Store):
    async def write(word: str) -> None:
        async def act(tx: Tx) -> None:
            await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
            if word == "2":
                driver = (await tx.get_raw_connection()).driver_connection
                assert driver
                await driver.visit(lambda raw: raw.create_function("hold", 0, hold))
                await tx.execute(sa.text("SELECT hold()"))

        await store.write(act)

    def hold() -> bool:
        loop.call_soon_threadsafe(within.set)
        return let_go.wait(30)

    loop, within, let_go = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    tasks = [asyncio.create_task(write(str(n))) for n in range(5)]
    await within.wait()
    tasks[2].cancel()
    let_go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results].count(asyncio.CancelledError) == 1
    assert [result for result in results if result is None] == [None] * 4
    assert await marks(store) == {"0", "1", "3", "4"}


async def test_a_commit_that_nobody_waits_for_any_more_is_no_fault_to_tell_of(
    store: Store, caplog: pytest.LogCaptureFixture
):
    async def write() -> None:
        async with store.begin() as tx:
            for _row in range(20):
                await tx.execute(sa.text("SELECT 1"))

    gc.collect()  # what others threw away is told of before
    caplog.clear()
    for tasks in range(2, 12):
        writers = [asyncio.create_task(write()) for _writer in range(tasks)]
        await asyncio.sleep(0.001 * tasks)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
    gc.collect()  # asyncio tells of what nobody asked for when it is thrown away
    assert [line.message for line in caplog.records if line.name == "asyncio"] == []


async def noted(tx: Tx, word: str) -> None:
    """Note a word by a script, of which SQLAlchemy sees nothing."""

    def script() -> Script[None]:
        yield "INSERT INTO marks VALUES ($1)", (word,)

    await run_script(tx, script())


async def test_a_part_of_scripts_alone_is_committed_or_undone_like_any_other(store: Store):
    async def write(word: str, *, fails: bool) -> None:
        async with store.begin() as tx:
            await noted(tx, word)
            if fails:
                raise KeyError(word)

    for fails in ([True, False], [False, True], [True, True]):
        words = [f"{fails} {n}" for n in range(2)]
        results = await asyncio.gather(
            *(write(word, fails=bad) for word, bad in zip(words, fails, strict=True)), return_exceptions=True
        )
        assert [isinstance(result, KeyError) for result in results] == fails
    assert await marks(store) == {"[True, False] 1", "[False, True] 0"}


@pytest.mark.parametrize("is_script_first", [True, False])
async def test_a_script_and_a_statement_of_sqlalchemys_stand_or_fall_together(
    store: Store, is_script_first: bool
):
    async def write(word: str, *, fails: bool) -> None:
        async with store.begin() as tx:
            if is_script_first:
                await noted(tx, f"{word} by script")
            await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
            if not is_script_first:
                await noted(tx, f"{word} by script")
            if fails:
                raise KeyError(word)

    await write("kept", fails=False)
    with pytest.raises(KeyError):
        await write("undone", fails=True)
    await write("later", fails=False)
    assert await marks(store) == {"kept", "kept by script", "later", "later by script"}
