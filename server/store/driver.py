"""What stands beneath a connection of SQLAlchemy's: the hot path speaks to it without a detour."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import PoolProxiedConnection


def driver_of(connection: AsyncConnection) -> Any:
    """Give the driver's own connection, None once it is lost; of a closed one SQLAlchemy raises."""
    return lent_by_pool(connection).driver_connection


def lent_by_pool(connection: AsyncConnection) -> PoolProxiedConnection:
    """Give what the pool lent it.

    AsyncConnection.get_raw_connection() starts a greenlet to look at what stands here already.
    """
    if connection.sync_connection is None:
        raise RuntimeError("the connection was never opened")
    return connection.sync_connection.connection
