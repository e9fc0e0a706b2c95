"""The house that faults are tried in, and a server that forks workers quickly."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import pytest

from server.core.ids import new_id
from server.store.tx import Store
from tests.conftest import Hand
from tests.faults.campaign import forking
from tests.faults.worker import Orders, work
from tests.house import House, open_house

Work = Callable[[Orders], Awaitable[list[str] | None]]


@pytest.fixture(scope="session")
def forks() -> multiprocessing.context.BaseContext:
    return forking()


@pytest.fixture
def run_worker(forks: multiprocessing.context.BaseContext) -> Work:
    """Run a worker process; gives its steps, or None when it was killed on its way."""

    def run(orders: Orders) -> list[str] | None:
        with ProcessPoolExecutor(1, mp_context=forks) as pool:
            try:
                return pool.submit(work, orders).result(timeout=300)
            except BrokenProcessPool:
                return None

    return lambda orders: asyncio.to_thread(run, orders)


@pytest.fixture
async def house(store: Store, now: Hand) -> AsyncIterator[House]:
    async with open_house(store, now, new_id) as opened:
        yield opened
