"""What time the database's machine has."""

from datetime import datetime

import sqlalchemy as sa

from server.store.columns import Moment
from server.store.tx import Tx


async def read_clock(tx: Tx) -> datetime | None:
    """Give the time at the database; None on SQLite, which has no clock but ours."""
    if tx.dialect.name == "sqlite":
        return None
    moment: datetime = (await tx.execute(sa.select(sa.func.clock_timestamp(type_=Moment)))).scalar_one()
    return moment
