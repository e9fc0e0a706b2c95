"""The rows behind figures, counted one by one: what no counter knows of."""

import sqlalchemy as sa

from server.store.ledger import is_standing
from server.store.ledger_tables import ledger
from server.store.statistics import Sieve, sides
from server.store.tx import Tx
from server.store.words import COUNTED_AS


async def count_rows(tx: Tx, sieve: Sieve, most: int) -> dict[str, int]:
    """Count the standing counted lines of a period on each channel, `item` among them; `most` at most."""
    held = [
        ledger.c.channel.in_((*COUNTED_AS, "item")),
        ledger.c.line == "counted",
        ledger.c.day.between(sieve.start, sieve.end),
        *sides(ledger, sieve),
    ]
    found = sa.select(ledger.c.channel).where(*held, is_standing()).limit(most).subquery()
    wanted = sa.select(found.c.channel, sa.func.count().label("many")).group_by(found.c.channel)
    return {row.channel: row.many for row in await tx.execute(wanted)}
