"""What a waking of the clock costs: the size of what is due, never of what is pending or of the archive."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from server.core.notices import end_notices
from server.core.rounds import open_time_gates
from server.store.agenda import list_planned_between, list_waiting_for_source
from server.store.tx import Store
from tests.house import House
from tests.watch.crowd import plan_crowd

PENDING = 3000
GROWS = "items|revisions|releases|deliveries|ledger"
WALKS = {
    "sqlite": re.compile(rf"SCAN ({GROWS})\b|ix_deliveries_state_due \(state=\?\)"),
    "postgresql": re.compile(rf"Seq Scan on ({GROWS})\b"),
}


@contextmanager
def heard(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Give the statements that run within the block, with their values."""
    told: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        told.append((statement, values))

    sa.event.listen(store.engine.sync_engine, "before_cursor_execute", listen)
    yield told
    sa.event.remove(store.engine.sync_engine, "before_cursor_execute", listen)


async def plan_of(house: House, engine: str, statement: str, values: Any) -> str:
    """How the database would go about a statement."""
    explain = "EXPLAIN QUERY PLAN" if engine == "sqlite" else "EXPLAIN"
    async with house.store.read() as tx:
        rows = await tx.exec_driver_sql(f"{explain} {statement}", values)
        return "\n".join(rows.scalars(3 if engine == "sqlite" else 0))


async def a_life(house: House) -> None:
    """Much that is pending for months, and as much that was shown long ago."""
    start = house.now()
    await plan_crowd(house, (start + timedelta(days=30, minutes=n) for n in range(PENDING)))
    old = await plan_crowd(house, (start + timedelta(days=40) for _n in range(PENDING)))
    async with house.store.begin() as tx:
        shown = {"state": "live", "gate": None, "due_at": None, "live_at": start}
        first, last = min(old), max(old)
        table = sa.table("deliveries", *(sa.column(name) for name in ("id", *shown)))
        await tx.execute(table.update().where(table.c.id.between(first, last)).values(**shown))
        if tx.dialect.name == "postgresql":
            await tx.exec_driver_sql("ANALYZE")  # its own keeper of statistics comes when it likes


async def test_no_waking_walks_through_what_is_pending_or_was_shown(house: House, engine: str):
    await a_life(house)
    await plan_crowd(house, (house.now(),))
    house.now.move(seconds=1)
    at, orgs = house.now(), frozenset({house.org.id})
    await house.planned.examine(at=at)  # the first look of a process is at everything
    with heard(house.store) as told:
        assert await open_time_gates(house.place) == 1
        await house.planned.examine(at=at)
        await end_notices(house.place)
        async with house.store.read() as tx:
            await list_planned_between(tx, orgs, at, at + timedelta(days=7), limit=100)
            await list_waiting_for_source(tx, orgs, limit=100)
    reads = [(statement, values) for statement, values in told if statement.lstrip().startswith("SELECT")]
    assert len(reads) > 8
    plans = {statement: await plan_of(house, engine, statement, values) for statement, values in reads}
    assert {one: plan for one, plan in plans.items() if WALKS[engine].search(plan)} == {}


async def test_two_hundred_gates_open_with_the_statements_of_one(house: House):
    counts = []
    for number in (1, 200):
        await plan_crowd(house, (house.now() + timedelta(seconds=1) for _n in range(number)))
        house.now.move(seconds=2)
        with heard(house.store) as told:
            assert await open_time_gates(house.place) == number
        counts.append(len(told))
    assert counts[0] == counts[1]
