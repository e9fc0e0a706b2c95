"""How often something may be tried, log-ins for example. Nothing that must be exact is counted here."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis

from server.ephemeral.connection import AWAY, PREFIX

log = structlog.get_logger(__name__)

_COUNT: Final = """
local tries = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return tries
"""
_FORGIVE: Final = """
if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end
return 0
"""
_WINDOWS_KEPT: Final = 10_000  # a flood of made-up names must not fill the memory


@dataclass(slots=True)
class _Window:
    ends: float
    tries: int


class Throttle:
    """Counts tries in windows that begin with the first try."""

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take an open pool; `clock` serves the counter of this process while Redis is away."""
        self._redis, self._clock = redis, clock
        self._windows: dict[str, _Window] = {}
        self._is_away = False

    async def allow(self, key: str, limit: int, seconds: int) -> bool:
        """Count one try and say whether it is among the first `limit` of its window.

        While Redis is away this process counts for itself: weaker with many processes, never open.
        """
        name = hashlib.sha256(key.encode()).hexdigest()  # keys hold what strangers typed
        try:
            tries = int(await self._redis.eval(_COUNT, 1, f"{PREFIX}throttle:{name}", seconds * 1000))
        except AWAY as error:
            self._tell_away(error)
            tries = self._count_here(name, seconds)
        else:
            self._is_away = False
        return tries <= limit

    async def forgive(self, key: str) -> None:
        """Take one try back that turned out to be a good one; never more than were counted."""
        name = hashlib.sha256(key.encode()).hexdigest()
        try:
            await self._redis.eval(_FORGIVE, 1, f"{PREFIX}throttle:{name}")
        except AWAY as error:
            self._tell_away(error)
            window = self._windows.get(name)
            if window is not None and window.tries > 0:
                window.tries -= 1

    def _tell_away(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("throttle_counts_alone", why=type(error).__name__)
        self._is_away = True

    def _count_here(self, name: str, seconds: int) -> int:
        now = self._clock()
        if len(self._windows) >= _WINDOWS_KEPT and name not in self._windows:
            self._forget_ended(now)
        window = self._windows.get(name)
        if window is None or window.ends <= now:
            window = self._windows[name] = _Window(ends=now + seconds, tries=0)
        window.tries += 1
        return window.tries

    def _forget_ended(self, now: float) -> None:
        self._windows = {name: window for name, window in self._windows.items() if window.ends > now}
        if len(self._windows) >= _WINDOWS_KEPT:  # all still run: the older half goes
            self._windows = dict(list(self._windows.items())[_WINDOWS_KEPT // 2 :])
