"""PostgreSQL's driver: what ended is not handed out, and a transaction begins without a statement."""

from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.driver import lent_by_pool

POOL: Final[dict[str, Any]] = {"pool_size": 4, "max_overflow": 11, "pool_use_lifo": True}
"""Fifteen at most, and four at rest beside those kept in connections.py. What a burst opens beyond them is
closed when it is given back, and opening one costs more than a release."""


def prepare_postgresql(engine: sa.Engine) -> None:
    """Let the pool notice what the driver knows already: that the server went away meanwhile."""

    @sa.event.listens_for(engine, "checkout")
    def refuse_ended(connection: Any, _record: Any, _handed_out: Any) -> None:
        if connection.driver_connection.is_closed():
            raise sa.exc.InvalidatePoolError


async def begin(tx: AsyncConnection) -> None:
    """Begin a transaction that has no statement yet; raises ConnectionError.

    SQLAlchemy begins with its own first statement. It has no public word for the beginning alone, and a
    statement for its sake would be one journey more for each transaction of the hot path.
    """
    lent = lent_by_pool(tx)
    try:
        await cast("Any", lent.dbapi_connection)._start_transaction()  # noqa: SLF001 -- see above
    except tx.dialect.loaded_dbapi.Error as error:
        await tx.invalidate(error)
        raise ConnectionError(str(error)) from error


async def commit(tx: AsyncConnection) -> None:
    """Commit what a script or SQLAlchemy's own statement began, if any did; raises what the driver raises."""
    if tx.in_transaction():  # SQLAlchemy knows of it, and must know that it ended
        await tx.commit()
        return
    driver = cast("Any", lent_by_pool(tx).dbapi_connection)
    if driver._transaction is not None:  # noqa: SLF001 -- as begin() does
        await driver._call_and_discard(driver._transaction.commit)  # noqa: SLF001
