"""Connections to PostgreSQL that are kept between transactions: what was undone is in none of them."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from server.store import connections
from server.store.due import take_due
from server.store.orgs import OrgRow, insert_org, list_all_orgs
from server.store.postgresql import MOST
from server.store.tx import Store, StoreAway, Tx

DAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
pytestmark = [pytest.mark.parametrize("engine", ["postgresql"]), pytest.mark.usefixtures("postgres")]

OPEN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'"""
IDLE_INSIDE = f"{OPEN} AND state LIKE 'idle in transaction%'"


async def ask(tx: Tx, question: str) -> Any:
    return (await tx.execute(sa.text(question))).scalar()


async def run_a_script(tx: Tx) -> Any:
    await take_due(tx, (), at=DAY, until=DAY, room=1)
    return (await tx.get_raw_connection()).driver_connection


async def run_a_statement(tx: Tx) -> None:
    await ask(tx, "SELECT 1")


async def test_one_connection_serves_one_transaction_after_another(store: Store):
    seen = set()
    for _time in range(3):
        async with store.begin() as tx:
            seen.add((await run_a_script(tx)).get_server_pid())
        async with store.read() as tx:
            seen.add(await ask(tx, "SELECT pg_backend_pid()"))
    assert len(seen) == 1


@pytest.mark.parametrize("begins", [run_a_script, run_a_statement])
async def test_what_was_written_stands_whoever_began(store: Store, begins: Any):
    async with store.begin() as tx:
        await begins(tx)
        await insert_org(tx, OrgRow("kept", "000000019", "某局", None), at=DAY)
    async with store.read() as tx:
        assert "kept" in {one.id for one in await list_all_orgs(tx)}


@pytest.mark.parametrize("begins", [run_a_script, run_a_statement])
@pytest.mark.parametrize("ends", [ValueError, asyncio.CancelledError])
async def test_what_was_undone_leaves_nothing_open(store: Store, begins: Any, ends: type[BaseException]):
    async def undo() -> None:
        async with store.begin() as tx:
            await begins(tx)
            await insert_org(tx, OrgRow("undone", "000000019", "某局", None), at=DAY)
            raise ends

    await asyncio.gather(asyncio.create_task(undo()), return_exceptions=True)
    async with store.read() as tx:
        assert await ask(tx, IDLE_INSIDE) == 0
        assert "undone" not in {one.id for one in await list_all_orgs(tx)}


async def test_a_transaction_whose_commit_fails_is_in_no_connection_handed_out_later(store: Store):
    async with store.begin() as tx:
        await tx.execute(sa.text("CREATE TABLE late (one integer UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    pids = []

    async def write_twice() -> None:
        async with store.begin() as tx:
            pids.append(await ask(tx, "SELECT pg_backend_pid()"))
            await tx.execute(sa.text("INSERT INTO late VALUES (1), (1)"))

    with pytest.raises(sa.exc.IntegrityError):
        await write_twice()
    async with store.begin() as tx:
        assert await ask(tx, "SELECT pg_backend_pid()") not in pids
        assert await ask(tx, "SELECT count(*) FROM late") == 0


async def test_a_crowd_has_its_turns_on_connections_that_stay_open(store: Store):
    pids: set[int] = set()

    async def write_thrice() -> None:
        for _time in range(3):
            async with store.begin() as tx:
                pids.add(await ask(tx, "SELECT pg_backend_pid() FROM pg_sleep(0.005)"))

    async with asyncio.timeout(60):
        await asyncio.gather(*(write_thrice() for _one in range(5 * MOST)))
    assert len(pids) == MOST
    async with store.read() as tx:
        assert await ask(tx, OPEN) == MOST


async def test_who_waits_in_vain_for_a_connection_is_told_the_store_is_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "_PATIENCE", 0.01)
    async with AsyncExitStack() as stack:
        for _one in range(MOST):
            await stack.enter_async_context(store.begin())
        with pytest.raises(StoreAway):
            async with store.begin():
                pass
    async with store.read() as tx:
        assert await ask(tx, "SELECT 1") == 1


async def test_what_a_process_that_stands_still_holds_is_let_go(store: Store):
    async with store.read() as tx:
        assert await ask(tx, "SHOW idle_in_transaction_session_timeout") == "5min"
    async with store.begin() as tx:
        await insert_org(tx, OrgRow("held", "000000019", "某局", None), at=DAY)
    holds, has_ended = asyncio.Event(), asyncio.Event()
    briefly = "set_config('idle_in_transaction_session_timeout', '10ms', true)"

    async def stand_still() -> None:
        async with store.begin() as tx:
            await ask(tx, f"SELECT {briefly} FROM orgs WHERE id = 'held' FOR UPDATE")
            holds.set()
            await has_ended.wait()
            await ask(tx, "UPDATE orgs SET name = '另一个局' WHERE id = 'held' RETURNING id")

    standing = asyncio.ensure_future(stand_still())
    await holds.wait()
    async with store.begin() as tx:
        await ask(tx, "UPDATE orgs SET name = '某某局' WHERE id = 'held' RETURNING id")
    has_ended.set()
    with pytest.raises(StoreAway):
        await standing
    async with store.read() as tx:
        assert "某某局" in {one.name for one in await list_all_orgs(tx)}
