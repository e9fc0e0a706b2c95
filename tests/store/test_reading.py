"""Connections that SQLite keeps for reading: each transaction sees one picture, and the next a new one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from server.store.due import take_due
from server.store.orgs import OrgRow, insert_org, list_all_orgs
from server.store.reading import KEPT
from server.store.tx import Store, Tx

DAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
pytestmark = [pytest.mark.parametrize("engine", ["sqlite"]), pytest.mark.usefixtures("sqlite_template")]


async def run_a_script(tx: Tx) -> None:
    await take_due(tx, (), at=DAY, until=DAY, room=1)


async def run_a_statement(tx: Tx) -> None:
    await list_all_orgs(tx)


async def write(store: Store, key: str) -> None:
    async with store.begin() as tx:
        await insert_org(tx, OrgRow(key, f"{key:>09}", key, None), at=DAY)


async def names(tx: Tx) -> set[str]:
    return {one.id for one in await list_all_orgs(tx)}


async def driver_of_a_read(store: Store) -> Any:
    async with store.read() as tx:
        await run_a_statement(tx)
        return (await tx.get_raw_connection()).driver_connection


@pytest.mark.parametrize("begins", [run_a_script, run_a_statement])
async def test_a_reader_sees_one_picture_and_the_next_one_what_came_meanwhile(store: Store, begins: Any):
    for key in ("first", "second"):
        async with store.read() as tx:
            await begins(tx)
            await write(store, key)
            assert key not in await names(tx)
        async with store.read() as tx:
            assert key in await names(tx)


async def test_one_connection_serves_one_reader_after_another(store: Store):
    assert len({id(await driver_of_a_read(store)) for _time in range(3)}) == 1


@pytest.mark.parametrize("ends", [ValueError, asyncio.CancelledError])
async def test_a_reader_that_is_called_off_leaves_no_old_picture_behind(
    store: Store, ends: type[BaseException]
):
    async def break_off() -> None:
        async with store.read() as tx:
            await names(tx)
            raise ends

    await asyncio.gather(asyncio.create_task(break_off()), return_exceptions=True)
    await write(store, "later")
    async with store.read() as tx:
        assert "later" in await names(tx)


async def test_more_readers_than_are_kept_all_have_their_turn(store: Store):
    together = asyncio.Barrier(KEPT + 2)

    async def read() -> set[str]:
        async with store.read() as tx, together:
            return await names(tx)

    async with asyncio.timeout(30):
        assert len(await asyncio.gather(*(read() for _reader in range(KEPT + 2)))) == KEPT + 2
