"""Count open limits again after the calendar has changed: what waits for a day may wait for another one."""

from datetime import datetime

from scheduler.deadlines import INTERPRETATION_WORKING_DAYS
from server.core.gates import WorkingDays, regate
from server.store.followups import list_counted_releases
from server.store.obligations import Obligation, list_open_obligations, set_due
from server.store.tx import Store, Tx

_PER_TRANSACTION = 100


async def recount(store: Store, calendar: WorkingDays, *, at: datetime) -> int:
    """Count everything again that is open; say how many interpretations and obligations were looked at."""
    return await recount_followups(store, calendar, at=at) + await recount_obligations(store, calendar)


async def recount_followups(store: Store, calendar: WorkingDays, *, at: datetime) -> int:
    """Ask the gates of every interpretation again that counts working days; say how many releases."""
    after, counted = "", 0
    while True:
        async with store.read() as tx:
            ids = await list_counted_releases(tx, after, _PER_TRANSACTION)
        if not ids:
            return counted

        async def act(tx: Tx, ids: tuple[str, ...] = ids) -> None:
            for release_id in ids:
                await regate(tx, release_id, calendar, at=at)

        await store.write(act)
        after, counted = ids[-1], counted + len(ids)


async def recount_obligations(store: Store, calendar: WorkingDays) -> int:
    """Count the term of every open obligation again from the day its document went live."""
    after, counted = "", 0
    while True:
        async with store.read() as tx:
            rows = await list_open_obligations(tx, after, _PER_TRANSACTION)
        if not rows:
            return counted

        async def act(tx: Tx, rows: tuple[Obligation, ...] = rows) -> None:
            for row in rows:
                due = calendar.add_working_days(row.live_on, INTERPRETATION_WORKING_DAYS)
                if (due.day, due.provisional) != (row.due_on, row.is_provisional):
                    await set_due(tx, row.source_id, due.day, is_provisional=due.provisional)

        await store.write(act)
        after, counted = rows[-1].source_id, counted + len(rows)
