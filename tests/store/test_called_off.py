"""Whoever is called off in a transaction, at whatever moment, gives his connection back."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from server.store.due import take_due
from server.store.tx import Store, Tx

DAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.slow


class Watched:
    """Some work, with a look at each moment at which it waits for something."""

    def __init__(self, work: Awaitable[None], look: Callable[[int], None]) -> None:
        self._work, self._look, self.waits = work, look, 0

    def __await__(self) -> Generator[Any, Any, None]:
        steps, error = self._work.__await__(), None
        while True:
            try:
                awaited = next(steps) if error is None else steps.throw(error)
            except StopIteration:
                return
            self._look(self.waits)
            self.waits += 1
            error = None
            try:
                yield awaited
            except BaseException as raised:  # noqa: BLE001 -- it is the work's to deal with
                error = raised


async def write(store: Store) -> None:
    async with store.begin() as tx:
        await tx.execute(sa.text("SELECT 1"))


async def act(store: Store) -> None:
    async def look(tx: Tx) -> None:
        await tx.execute(sa.text("SELECT 1"))

    await store.write(look)


async def read(store: Store) -> None:
    async with store.read() as tx:
        await tx.execute(sa.text("SELECT 1"))


async def run_a_script(store: Store) -> None:
    async with store.begin() as tx:
        await take_due(tx, (), at=DAY, until=DAY, room=1)


async def fail(store: Store) -> None:
    with suppress(ValueError):
        async with store.begin() as tx:
            await tx.execute(sa.text("SELECT 1"))
            raise ValueError


async def call_off(work: Awaitable[None], moment: int, *, times: int, is_all: bool) -> bool:
    """Call work off when it waits for the nth time, and so often in a row; say whether it waited so often.

    With `is_all` everything is called off along with it, as at the end of a loop.
    """
    spared = asyncio.all_tasks()

    def look(waits: int) -> None:
        if moment <= waits < moment + times:
            tasks = asyncio.all_tasks() - spared if is_all else {doing}
            called_off.update(task for task in tasks if task.cancel())

    watched, called_off = Watched(work, look), set[asyncio.Task[Any]]()

    async def do() -> None:
        await watched

    doing = asyncio.create_task(do())
    await asyncio.gather(doing, return_exceptions=True)
    await asyncio.gather(*called_off, return_exceptions=True)
    return watched.waits > moment


@pytest.mark.parametrize("is_all", [False, True], ids=["it alone", "everything"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("act", [write, act, read, run_a_script, fail])
async def test_a_connection_comes_back(
    store: Store,
    act: Callable[[Store], Awaitable[None]],
    times: int,
    is_all: bool,
    recwarn: pytest.WarningsRecorder,
):
    for is_open in (True, False):  # a connection that is there already, and one that is yet to be opened
        moment, is_waiting = 0, True
        while is_waiting:
            await (act(store) if is_open else store.close())
            is_waiting = await call_off(act(store), moment, times=times, is_all=is_all)
            moment += 1
    await act(store)
    await store.close()
    gc.collect()
    assert [str(one.message) for one in recwarn] == []
