"""The door to Redis: explicit time-outs, no hidden repeats, and one name for "it is away"."""

import asyncio
import contextlib
from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.ephemeral.obedience import obedient

AWAY: Final = (RedisError, OSError)
"""What a call raises while Redis is away, starting, wiped or read-only; `TimeoutError` is an `OSError`."""

PREFIX: Final = "tongfa:"


def open_redis(url: str, *, seconds: float = 2.0, connections: int = 32) -> Redis:
    """Open a pool on `redis://`, `rediss://` or `unix://`; nothing is connected yet.

    redis-py repeats a command up to ten times by itself, so a counter could count twice:
    here a command is tried once.
    """
    pool: BlockingConnectionPool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        driver_info=None,  # else every connection reads package metadata from the disk
        decode_responses=True,
    )
    pool.connection_class = obedient(pool.connection_class)
    return Redis.from_pool(pool)


async def close_redis(redis: Redis) -> None:
    """Close every connection, and say nothing of one that takes too long: nobody asks it anything any more.

    On a machine with too much to do the loop itself can be late for a connection that is closed already. Who
    is cancelled meanwhile closes them first: the client would close some of them and forget the others.
    """
    closing = asyncio.create_task(_close(redis), name="redis closes")
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait((closing,))
        raise


async def _close(redis: Redis) -> None:
    with contextlib.suppress(*AWAY):
        await redis.aclose()


async def is_answering(redis: Redis) -> bool:
    """Say whether Redis answers now."""
    try:
        return bool(await redis.ping())
    except AWAY:
        return False
