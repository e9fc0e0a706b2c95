"""Leases by name: who runs the clock. A lease saves work; nothing is wrong when two hold it."""

from typing import Final

import structlog
from redis.asyncio import Redis

from server.ephemeral.connection import AWAY, PREFIX

log = structlog.get_logger(__name__)

_HOLD: Final = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Leases:
    """Takes, renews and gives back leases in the name of one owner."""

    def __init__(self, redis: Redis, *, owner: str) -> None:
        """Take an open pool and a name that no other process has."""
        self._redis, self._owner = redis, owner
        self._is_away = False

    async def hold(self, name: str, seconds: float) -> bool:
        """Take or renew a lease; True while this owner has it.

        While Redis is away everybody holds it: scans that run twice are harmless, scans that nobody runs
        are not.
        """
        try:
            held = await self._redis.eval(_HOLD, 1, _key(name), self._owner, int(seconds * 1000))
        except AWAY as error:
            if not self._is_away:
                log.warning("lease_held_alone", lease=name, why=type(error).__name__)
            self._is_away = True
            return True
        self._is_away = False
        return bool(held == 1)

    async def release(self, name: str) -> None:
        """Give a lease back so that another need not wait for its end; somebody else's stays."""
        try:
            await self._redis.eval(_RELEASE, 1, _key(name), self._owner)
        except AWAY:
            return  # it runs out by itself


def _key(name: str) -> str:
    return f"{PREFIX}lease:{name}"
