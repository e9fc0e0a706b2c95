"""SQLite's one writer: parts that share a commit, and each part's own all-or-nothing."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.store.scripts import Script, run_script
from server.store.tx import Store, StoreAway, StoreBusy, Tx, do_again_if_undone


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


async def mark_by_act(store: Store, word: str, *, fails: bool = False) -> None:
    async def act(tx: Tx) -> None:
        await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
        if fails:
            raise KeyError(word)

    await store.write(act)


Mark = Callable[..., Awaitable[None]]
both_ways = pytest.mark.parametrize("mark", [mark, mark_by_act], ids=["a part", "an act"])


async def marks(store: Store) -> set[str]:
    async with store.read() as tx:
        return set((await tx.execute(sa.text("SELECT mark FROM marks"))).scalars())


def count_commits(store: Store) -> list[None]:
    commits: list[None] = []
    sa.event.listen(store.engine.sync_engine, "commit", lambda _connection: commits.append(None))
    return commits


@both_ways
async def test_writers_that_stand_in_line_share_commits(store: Store, mark: Mark):
    commits = count_commits(store)
    await asyncio.gather(*(mark(store, str(n)) for n in range(50)))
    assert len(await marks(store)) == 50
    assert len(commits) < 10


@both_ways
async def test_a_writer_alone_commits_at_once(store: Store, mark: Mark):
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


@both_ways
@pytest.mark.parametrize("failing", [0, 1, 4])
async def test_a_part_that_fails_takes_nobody_with_it(store: Store, mark: Mark, failing: int):
    results = await asyncio.gather(
        *(mark(store, str(n), fails=n == failing) for n in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results].count(KeyError) == 1
    assert await marks(store) == {str(n) for n in range(5)} - {str(failing)}


@both_ways
async def test_a_part_that_breaks_a_rule_of_the_table_takes_nobody_with_it(store: Store, mark: Mark):
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


@both_ways
async def test_nobody_is_told_before_the_shared_commit_stands(store: Store, mark: Mark):
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


@pytest.fixture
def held() -> Iterator["Held"]:
    """A function of SQLite's that lasts until it is let go."""
    held = Held()
    yield held
    held.let_go.set()


class Held:
    """Statements that hold the thread: `within` is set when one has begun."""

    def __init__(self) -> None:
        self.within, self.let_go = threading.Event(), threading.Event()

    async def hold(self, tx: Tx) -> None:
        driver = (await tx.get_raw_connection()).driver_connection
        assert driver
        await driver.visit(lambda raw: raw.create_function("hold", 0, self._wait))
        await tx.execute(sa.text("SELECT hold()"))

    def _wait(self) -> bool:
        self.within.set()
        return self.let_go.wait(30)


async def test_a_part_that_is_called_off_within_a_statement_costs_the_others_a_second_try(
    store: Store, held: Held
):
    async def write(word: str) -> None:
        async with store.begin() as tx:
            await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
            if word == "2":
                await held.hold(tx)

    def again(word: str) -> Awaitable[None]:
        return do_again_if_undone(lambda: write(word))

    tasks = [asyncio.ensure_future(again(str(n))) for n in range(5)]
    await asyncio.to_thread(held.within.wait)
    tasks[2].cancel()
    held.let_go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results].count(asyncio.CancelledError) == 1
    assert [result for result in results if result is None] == [None] * 4
    assert await marks(store) == {"0", "1", "3", "4"}


async def test_a_lost_transaction_is_begun_anew_for_every_act_but_the_one_that_lost_it(store: Store):
    async def lose(tx: Tx) -> None:
        await noted(tx, "lost")
        driver = (await tx.get_raw_connection()).driver_connection
        assert driver
        await driver.visit(lambda raw: raw.rollback())  # what SQLite does by itself when the disk is full
        raise OSError("disk full")

    acts = (mark_by_act(store, "before"), store.write(lose), mark_by_act(store, "after"))
    results = await asyncio.gather(*acts, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), OSError, type(None)]
    assert await marks(store) == {"before", "after"}


@both_ways
async def test_who_shares_a_commit_that_is_refused_is_told_and_nothing_of_it_stays(store: Store, mark: Mark):
    async with store.begin() as tx:
        await tx.execute(
            sa.text("CREATE TABLE debts (mark text REFERENCES marks DEFERRABLE INITIALLY DEFERRED)")
        )

    async def owe() -> None:
        async with store.begin() as tx:
            await tx.execute(sa.text("INSERT INTO debts VALUES ('nobody')"))

    async def owe_by_act() -> None:
        await store.write(lambda tx: tx.execute(sa.text("INSERT INTO debts VALUES ('nobody')")))

    owes = (mark(store, "with it"), owe_by_act() if mark is mark_by_act else owe())
    results = await asyncio.gather(*owes, return_exceptions=True)
    assert [type(result) for result in results] == [sa.exc.IntegrityError] * 2
    await mark(store, "later")
    assert await marks(store) == {"later"}


async def test_an_act_that_is_called_off_comes_true_once_it_has_begun_and_not_before(
    store: Store, held: Held
):
    async def write(word: str) -> None:
        async def act(tx: Tx) -> None:
            await tx.execute(sa.text("INSERT INTO marks VALUES (:word)"), {"word": word})
            if word == "0":
                await held.hold(tx)

        await store.write(act)

    first = asyncio.create_task(write("0"))
    await asyncio.to_thread(held.within.wait)
    behind = [asyncio.create_task(write(str(n))) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    for task in (first, behind[1]):
        task.cancel()
    held.let_go.set()
    results = await asyncio.gather(first, *behind, return_exceptions=True)
    is_called_off = [isinstance(result, asyncio.CancelledError) for result in results]
    assert is_called_off == [True, False, True, False]
    assert await marks(store) == {"0", "1", "3"}


async def test_acts_and_parts_in_one_line_all_stand(store: Store):
    async def write(word: str) -> None:
        await store.write(lambda tx: noted(tx, word))

    await asyncio.gather(*(write(f"act {n}") if n % 3 else mark(store, f"part {n}") for n in range(60)))
    assert len(await marks(store)) == 60


async def test_an_act_waits_for_nothing_but_its_transaction(store: Store):
    """It runs where there is no loop: whoever made it wait for something else must hear of it."""

    async def act(tx: Tx) -> None:
        await noted(tx, "before")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing else"):
        await store.write(act)
    await store.write(lambda tx: noted(tx, "after"))
    assert await marks(store) == {"after"}


async def test_an_act_does_not_end_in_the_context_of_another(store: Store):
    told: dict[str, str] = {}

    async def write(word: str) -> None:
        async def act(tx: Tx) -> None:
            told[word] = whose.get()
            whose.set("the act's")
            await noted(tx, word)

        whose.set(word)
        await store.write(act)
        assert whose.get() == word

    whose = ContextVar[str]("whose")
    await asyncio.gather(*(write(str(n)) for n in range(20)))
    assert told == {str(n): str(n) for n in range(20)}


async def test_when_the_database_cannot_be_opened_every_act_in_line_hears_of_it(tmp_path: Path):
    away = Store(f"sqlite+aiosqlite:///{tmp_path}/nowhere/commits.db")
    acts = (away.write(partial(noted, word=str(n))) for n in range(5))
    results = await asyncio.gather(*acts, return_exceptions=True)
    assert [type(result) for result in results] == [StoreAway] * 5
    await away.close()
    for thread in threading.enumerate():  # it tells the loop of its end, which must be there to hear it
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 10)


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
