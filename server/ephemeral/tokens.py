"""The shared access token of an account, and whose turn it is to fetch a new one (TokenKeeper)."""

import asyncio
import time
from collections import defaultdict
from typing import Final

import structlog
from redis.asyncio import Redis

from server.ephemeral.connection import AWAY, PREFIX

log = structlog.get_logger(__name__)

_DELETE_IF_SAME: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
_TURN_POLL: Final = 0.05


class SharedTokens:
    """Keeps tokens for all processes in Redis, and a copy here for while Redis is away."""

    def __init__(self, redis: Redis, *, owner: str, turn_seconds: float = 30.0) -> None:
        """Take an open pool and a name that no other process has; a turn ends by itself after its time."""
        self._redis, self._owner, self._turn_seconds = redis, owner, turn_seconds
        self._copies: dict[str, tuple[str, float]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, account_id: str, /) -> str | None:
        """Give the token, or None when there is none or its time is up."""
        try:
            found = await self._redis.get(_token_key(account_id))
        except AWAY:
            return self._copy(account_id)
        return None if found is None else str(found)  # the pool decodes

    async def put(self, account_id: str, token: str, seconds: float, /) -> None:
        """Keep a token for so many seconds."""
        self._copies[account_id] = (token, time.monotonic() + seconds)
        try:
            await self._redis.set(_token_key(account_id), token, px=max(1, int(seconds * 1000)))
        except AWAY as error:
            log.warning("token_kept_here_only", account=account_id, why=type(error).__name__)

    async def drop(self, account_id: str, token: str, /) -> None:
        """Forget exactly this token; a newer one of another process stays."""
        if self._copies.get(account_id, ("", 0.0))[0] == token:
            del self._copies[account_id]
        try:
            await self._redis.eval(_DELETE_IF_SAME, 1, _token_key(account_id), token)
        except AWAY as error:
            log.warning("token_not_dropped", account=account_id, why=type(error).__name__)

    def refreshing(self, account_id: str, /) -> "Turn":
        """Enter as the only refresher of this account."""
        return Turn(self._redis, account_id, self._owner, self._turn_seconds, self._turns[account_id])

    def _copy(self, account_id: str) -> str | None:
        token, ends = self._copies.get(account_id, ("", 0.0))
        return token if ends > time.monotonic() else None


class Turn:
    """One turn to refresh: first among the tasks of this process, then among the processes.

    It lends no correctness: a turn that lasts too long is passed on, and while Redis is away each process
    takes its own. The platform's newest token wins either way (contract wechat §2).
    """

    def __init__(self, redis: Redis, account_id: str, owner: str, seconds: float, here: asyncio.Lock) -> None:
        """Take what the keeper knows; nothing is locked yet."""
        self._redis, self._key, self._owner = redis, f"{PREFIX}token-turn:{account_id}", owner
        self._seconds, self._here = seconds, here

    async def __aenter__(self) -> None:
        """Wait for the turn."""
        await self._here.acquire()
        try:
            while not await self._take():  # noqa: ASYNC110 -- the one who has the turn may be elsewhere
                await asyncio.sleep(_TURN_POLL)
        except BaseException:
            self._here.release()
            raise

    async def __aexit__(self, *_error: object) -> None:
        """Pass the turn on."""
        try:
            await self._redis.eval(_DELETE_IF_SAME, 1, self._key, self._owner)
        except AWAY:
            pass  # it runs out by itself
        finally:
            self._here.release()

    async def _take(self) -> bool:
        try:
            taken = await self._redis.set(self._key, self._owner, nx=True, px=int(self._seconds * 1000))
        except AWAY as error:
            log.warning("token_turn_taken_alone", why=type(error).__name__)
            return True
        return bool(taken)


def _token_key(account_id: str) -> str:
    return f"{PREFIX}token:{account_id}"
