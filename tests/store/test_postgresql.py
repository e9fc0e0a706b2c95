"""PostgreSQL's driver as the store takes it: what ended is not handed out, and a script begins by itself."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from server.store.due import take_due
from server.store.postgresql import MOST
from server.store.tx import Store, StoreAway, Tx

DAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
pytestmark = [pytest.mark.parametrize("engine", ["postgresql"]), pytest.mark.usefixtures("postgres")]

CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""

FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
LAST_WORD = b"E" + (len(FIELDS) + 4).to_bytes(4, "big") + FIELDS
"""An ErrorResponse: what a server that is shut down says to each of its connections, before it ends them."""


async def ask(store: Store, question: str) -> object:
    async with store.begin() as tx:
        return (await tx.execute(sa.text(question))).scalar()


async def test_connections_that_ended_while_nobody_used_them_cost_no_transaction(store: Store):
    async with store.begin() as one, store.begin() as other:
        drivers: list[Any] = [(await tx.get_raw_connection()).driver_connection for tx in (one, other)]
    ended = {driver.get_server_pid() for driver in drivers}
    noticed = [asyncio.Event() for _driver in drivers]  # the server cuts off in its own time
    for driver, event in zip(drivers, noticed, strict=True):
        driver.add_termination_listener(lambda _driver, event=event: event.set())
    cutter = Store(store.engine.url.render_as_string(hide_password=False))
    assert await ask(cutter, CUT_OFF)
    await cutter.close()
    async with asyncio.timeout(30):
        await asyncio.gather(*(event.wait() for event in noticed))
    assert {await ask(store, "SELECT pg_backend_pid()") for _try in range(3)}.isdisjoint(ended)


async def test_a_script_begins_its_transaction_without_a_statement(store: Store):
    said: list[str] = []
    sa.event.listen(store.engine.sync_engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    async with store.begin() as tx:
        await take_due(tx, (), at=DAY, until=DAY, room=1)
        assert (await tx.get_raw_connection()).driver_connection.is_in_transaction()
    assert said == []


@pytest.mark.parametrize("asks_next", ["by script", "by statement", "to commit"])
async def test_who_asks_after_the_servers_last_word_and_before_the_line_ends_is_told_it_is_away(
    store: Store, asks_next: str
):
    async def act(tx: Tx) -> None:
        await take_due(tx, (), at=DAY, until=DAY, room=1)
        driver: Any = (await tx.get_raw_connection()).driver_connection
        driver._protocol.data_received(LAST_WORD)
        if asks_next == "by script":
            await take_due(tx, (), at=DAY, until=DAY, room=1)
        elif asks_next == "by statement":
            await tx.execute(sa.text("SELECT 1"))

    with pytest.raises(StoreAway):
        await store.write(act)
    assert await ask(store, "SELECT 1") == 1


async def by_script(tx: Tx) -> None:
    await take_due(tx, (), at=DAY, until=DAY, room=1)


async def by_statement(tx: Tx) -> None:
    await tx.execute(sa.text("SELECT 1"))


async def drivers_at_rest(store: Store, count: int) -> list[Any]:
    """Have so many connections kept or in the pool, and give what the driver has of each."""
    async with AsyncExitStack() as stack:
        held = [await stack.enter_async_context(store.begin()) for _one in range(count)]
        return [(await tx.get_raw_connection()).driver_connection for tx in held]


@pytest.mark.parametrize("begins", [by_script, by_statement])
@pytest.mark.parametrize("many", [1, MOST])
async def test_who_begins_after_the_servers_last_word_takes_another_connection(
    store: Store, begins: Any, many: int
):
    ended = await drivers_at_rest(store, many)
    for driver in ended:
        driver._protocol.data_received(LAST_WORD)
        assert not driver.is_closed()
    async with store.begin() as tx:
        await begins(tx)
        assert (await tx.get_raw_connection()).driver_connection not in ended
        assert (await tx.execute(sa.text("SELECT 2"))).scalar() == 2


async def test_a_transaction_whose_connection_ended_before_it_began_takes_another(store: Store):
    async with store.begin() as tx:
        driver: Any = (await tx.get_raw_connection()).driver_connection
        pid = driver.get_server_pid()
        await driver.close()
        await by_script(tx)
    assert await ask(store, "SELECT pg_backend_pid()") != pid
