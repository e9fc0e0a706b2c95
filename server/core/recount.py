"""Count open limits again after the calendar has changed: what waits for a day may wait for another one."""

from datetime import datetime

from server.core.gates import WorkingDays, regate
from server.store.followups import list_counted_releases
from server.store.tx import Store, Tx

_PER_TRANSACTION = 100


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
