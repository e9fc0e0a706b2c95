"""How often an account may still post in a window, shared by every worker.

Losing the counts costs a platform's own refusal at most, which the core takes for "not accepted".
"""

from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis

from server.ephemeral.connection import AWAY, PREFIX

log = structlog.get_logger(__name__)

# All windows are asked before any is charged: a post that a day refuses must not use up its minute.
_TAKE: Final = """
for place = 1, #KEYS do
  if tonumber(redis.call('GET', KEYS[place]) or '0') >= tonumber(ARGV[2 * place - 1]) then return place end
end
for place = 1, #KEYS do
  redis.call('INCR', KEYS[place])
  redis.call('PEXPIRE', KEYS[place], ARGV[2 * place])
end
return 0
"""
_WINDOWS_KEPT: Final = 5000


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many posts within a window; `window` names it with its beginning, `ends_in` is in seconds."""

    window: str
    limit: int
    ends_in: float


class Budgets:
    """The posts of accounts, counted by window."""

    def __init__(self, redis: Redis) -> None:
        """Take an open pool."""
        self._redis = redis
        self._here: dict[str, int] = {}
        self._is_away = False

    async def take(self, account_id: str, allowances: tuple[Allowance, ...]) -> Allowance | None:
        """Charge one post to every window, or to none; give the window that is used up, if one is.

        While Redis is away this process counts for itself: several together may then post more than allowed.
        """
        if not allowances:
            return None
        keys = [f"{PREFIX}budget:{account_id}:{one.window}" for one in allowances]
        told = [text for one in allowances for text in (one.limit, max(int(one.ends_in * 1000), 1))]
        try:
            place = int(await self._redis.eval(_TAKE, len(keys), *keys, *told))
        except AWAY as error:
            self._tell_away(error)
            place = self._take_here(keys, allowances)
        else:
            self._is_away = False
        return allowances[place - 1] if place else None

    def _take_here(self, keys: list[str], allowances: tuple[Allowance, ...]) -> int:
        for place, (key, one) in enumerate(zip(keys, allowances, strict=True), 1):
            if self._here.get(key, 0) >= one.limit:
                return place
        for key in keys:
            # The newest are kept: a window that has ended is never asked for again.
            self._here[key] = self._here.pop(key, 0) + 1
        while len(self._here) > _WINDOWS_KEPT:
            del self._here[next(iter(self._here))]
        return 0

    def _tell_away(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("budgets_count_alone", why=type(error).__name__)
        self._is_away = True
