"""A database of an early version comes to today's schema with all that stood in it, on both engines."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.verify import verify_revisions, verify_rows
from server.report.figures import Question, channel_figures
from server.store.ledger_tables import month_counter
from server.store.media import delete_unused, end_terms
from server.store.schema import migrate
from server.store.takedown_tables import takedown
from server.store.tx import Store
from tests.conftest import Hand, new_database
from tests.store import old_office


@pytest.fixture
async def old(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """The database of an office that nobody has brought up to date."""
    opened = Store(await new_database(engine, request, tmp_path / "old"))
    await old_office.build(opened)
    yield opened
    await opened.close()


async def test_nothing_of_an_old_office_is_lost_or_changed(old: Store):
    before = await _everything(old)
    await migrate(old)
    after = await _everything(old)
    for table, rows in before.items():
        assert [row for row in rows if not any(row.items() <= kept.items() for kept in after[table])] == [], (
            table
        )
        assert len(after[table]) == len(rows), table


async def test_an_old_office_counts_as_before_and_what_was_coming_down_has_its_time(old: Store, now: Hand):
    await migrate(old)
    assert (await verify_rows(old), await verify_revisions(old)) == ((), ())
    count = sa.func.sum(month_counter.c.count)
    async with old.read() as tx:
        figures = await channel_figures(tx, Question(date(2026, 6, 1), date(2026, 7, 31)), at=now())
        months = await tx.execute(sa.select(month_counter.c.month, count).group_by(month_counter.c.month))
        terms = await tx.execute(sa.select(takedown.c.delivery_id, takedown.c.due_at))
    total, due = figures.total, old_office.TAKEN_BACK + timedelta(days=1)
    assert (total.items, total.deliveries["website"], total.withdrawn_deliveries["website"]) == (2, 2, 1)
    assert dict(months.all()) == {"2026-06": 8, "2026-07": 1}
    assert sorted(terms.all()) == [("back-feed", due), ("back-weibo", due)]


async def test_what_an_old_office_uses_stays_and_what_it_does_not_begins_its_term(old: Store):
    await migrate(old)
    async with old.begin() as tx:
        assert await end_terms(tx, before=datetime.now(UTC) - timedelta(hours=1), limit=99) == ()
        ended = await end_terms(tx, before=datetime.now(UTC), limit=99)
        assert ended == tuple(sorted((*old_office.FILES, old_office.UNUSED)))
        assert [row.sha256 for row in await delete_unused(tx, ended)] == [old_office.UNUSED]


async def _everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Give every row of every table that has any."""
    async with store.read() as tx:
        tables = await tx.run_sync(old_office.tables)
        found = {
            name: (await tx.execute(sa.select(table))).mappings().all() for name, table in tables.items()
        }
    return {name: [dict(row) for row in rows] for name, rows in found.items() if rows}
