"""Publishing costs the same however much was published before: no statement walks through the archive."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from server.app import open_house
from server.core.ids import new_id
from server.public.site import add_site
from server.settings import Settings
from server.store.accounts import AccountRow, insert_account
from server.store.tx import Store
from tests.bench.archive import ACCOUNTS, publish
from tests.bench.noop import ORG, Office, found
from tests.ports import free_port

GROWS = "items|revisions|releases|deliveries|attempts|places|page_changes|catalogue_lines|ledger|followups"
# A walk through a table, or a search by something that nearly every row has in common.
WALKS = re.compile(
    rf"SCAN ({GROWS})\b(?! USING (COVERING )?INDEX (ix_page_changes_unread|ix_deliveries_(backlog|sending)))"
    r"|ix_deliveries_state_due \(state=\?\)"
    r"|ix_deliveries_account_live \(account_id=\?\)"
    r"|INDEX sqlite_autoindex_places_\d \(account_id=\?( AND list_key=\?)?\)"
)


def traced(store: Store) -> Iterator[set[str]]:
    """Give every statement that SQLite runs, its values filled in, from now on."""
    told: set[str] = set()

    def watch(connection: Any, *_more: Any) -> None:
        connection.driver_connection._conn.set_trace_callback(told.add)

    sa.event.listen(store.engine.sync_engine.pool, "checkout", watch)
    writer = store._line and store._line._idle  # kept by the store, it is never checked out again
    if writer:
        watch(writer.sync_connection.connection)
    yield told


@pytest.fixture
async def statements(tmp_path: Path) -> tuple[Path, frozenset[str]]:
    """What runs while one item is published on website and feeds, by the real core."""
    port = free_port()
    settings = await asyncio.to_thread(Settings, var=tmp_path / "var", port=port)
    async with open_house(settings, migrate_first=True) as house:
        parts, app = house.parts, web.Application()
        accounts = tuple(AccountRow(new_id(), ORG, w, w, w, w, {}, None, "active") for w in ACCOUNTS)
        async with parts.store.begin() as tx:
            await found(tx, at=parts.now())
            for account in accounts:
                await insert_account(tx, account, at=parts.now())
        first, second = await Office(parts.store, house.workplace, accounts).approved(2)
        add_site(app, tmp_path / "var" / "site")
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await publish(house, first)
        told = next(traced(parts.store))
        await publish(house, second)
        await runner.cleanup()
    return tmp_path / "var" / "tongfa.db", frozenset(told)


async def test_no_statement_of_publishing_walks_through_the_archive(statements: tuple[Path, frozenset[str]]):
    database, told = statements
    assert len(told) > 50
    assert await asyncio.to_thread(walks, database, told) == []


def walks(database: Path, statements: frozenset[str]) -> list[str]:
    found = set()
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
                continue
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
                if WALKS.search(row[3]):
                    found.add(f"{row[3]}: {' '.join(statement.split())[:200]}")
    return sorted(found)
