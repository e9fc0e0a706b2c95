"""PostgreSQL's driver: what ended is not handed out, and a transaction begins without a statement.

A connection that ended may not know it yet. Beginning does nothing, so where that fails another one is taken.
"""

from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import PoolProxiedConnection

from server.store.driver import lent_by_pool

MOST: Final = 12
"""So many connections a process has at most, and keeps."""

_LONGEST_PAUSE: Final = "5min"
"""So long a transaction may ask for nothing: PostgreSQL undoes it then. None of ours waits for anything but
the database, so its process stands still, and would keep for ever what others pass over or wait for."""

POOL: Final[dict[str, Any]] = {
    "pool_size": MOST,
    "max_overflow": 0,
    "pool_use_lifo": True,
    "connect_args": {"server_settings": {"idle_in_transaction_session_timeout": _LONGEST_PAUSE}},
}

_TRIES: Final = MOST + 1
"""So many connections are begun on in turn: all that there may be, and one that is opened anew."""


def prepare_postgresql(engine: sa.Engine) -> None:
    """Let the pool notice what the driver knows already, and a statement begin before it has a connection."""

    @sa.event.listens_for(engine, "checkout")
    def refuse_ended(connection: Any, _record: Any, _handed_out: Any) -> None:
        if connection.driver_connection.is_closed():
            raise sa.exc.InvalidatePoolError

    @sa.event.listens_for(engine, "before_execute")
    def begin_first(connection: sa.Connection, *_statement: Any) -> None:
        if not connection.in_transaction():
            _begin(connection)


async def begin(tx: AsyncConnection) -> None:
    """Begin a transaction that has no statement yet; raises ConnectionError.

    SQLAlchemy has no public word for the beginning alone, and a statement for its sake would be one journey
    more for each transaction of the hot path.
    """
    try:
        await _start(lent_by_pool(tx))
    except tx.dialect.loaded_dbapi.Error as error:
        await tx.invalidate(error)
        await tx.run_sync(_begin)


def _begin(connection: sa.Connection) -> None:
    """Begin, on another connection where one has ended; within a greenlet of SQLAlchemy's."""
    refusal: BaseException | None = None
    for _connection in range(_TRIES):
        try:
            lent = connection.connection  # another one, once it was invalidated
        except OSError as error:  # no socket, no route, no such name
            raise ConnectionError(str(error)) from error
        driver = cast("Any", lent.dbapi_connection)
        if driver._transaction is not None:  # noqa: SLF001 -- a script began
            return
        try:
            driver.run_async(lambda _connection, lent=lent: _start(lent))
        except connection.dialect.loaded_dbapi.Error as error:
            refusal = error
            connection.invalidate(error)
        else:
            return
    raise ConnectionError(str(refusal)) from refusal


async def _start(lent: PoolProxiedConnection) -> None:
    await cast("Any", lent.dbapi_connection)._start_transaction()  # noqa: SLF001 -- see begin()


async def commit(tx: AsyncConnection) -> None:
    """Commit what a script or SQLAlchemy's own statement began, if any did; raises what the driver raises."""
    if tx.in_transaction():  # SQLAlchemy knows of it, and must know that it ended
        await tx.commit()
        return
    driver = cast("Any", lent_by_pool(tx).dbapi_connection)
    if driver._transaction is not None:  # noqa: SLF001 -- as begin() does
        await driver._call_and_discard(driver._transaction.commit)  # noqa: SLF001
