"""谁正在编辑: who has an item open, as far as the last minute tells. Losing it loses nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from redis.asyncio import Redis

from server.ephemeral.connection import AWAY, PREFIX

log = structlog.get_logger(__name__)

LASTS: Final = 45.0
"""Seconds after which somebody who was not heard of is taken to have left; a page tells every fifteen."""

_MOST: Final = 50  # in one item


@dataclass(frozen=True, slots=True)
class Editing:
    """Somebody who has the item open, and since when."""

    person_id: str
    name: str
    since: datetime


class Presence:
    """Who edits what. Without Redis nobody is seen, and the answer says so: None, not ()."""

    def __init__(self, redis: Redis, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Take an open pool; `now` is asked for when somebody was last heard of."""
        self._redis, self._now = redis, now

    async def tell(self, item_id: str, person_id: str, name: str) -> tuple[Editing, ...] | None:
        """Say that a person has the item open, and give the others who have; None: nobody can know."""
        key, at = self._key(item_id), self._now().timestamp()
        try:
            known = _read(await self._redis.hget(key, person_id))
            since = known["since"] if known and at - known["seen"] <= LASTS else at
            told = json.dumps({"name": name[:60], "since": since, "seen": at})
            await self._redis.hset(key, person_id, told)
            await self._redis.expire(key, int(LASTS * 2))
            return await self._others(key, person_id, at)
        except AWAY as error:
            log.debug("presence_unknown", why=type(error).__name__)
            return None

    async def leave(self, item_id: str, person_id: str) -> None:
        """Say that a person has closed the item."""
        try:
            await self._redis.hdel(self._key(item_id), person_id)
        except AWAY as error:
            log.debug("presence_unknown", why=type(error).__name__)

    async def _others(self, key: str, person_id: str, at: float) -> tuple[Editing, ...]:
        found, gone = [], []
        for field, value in (await self._redis.hgetall(key)).items():
            owner = field.decode() if isinstance(field, bytes) else str(field)
            told = _read(value)
            if told is None or at - told["seen"] > LASTS:
                gone.append(owner)
            elif owner != person_id:
                found.append(Editing(owner, told["name"], datetime.fromtimestamp(told["since"], UTC)))
        if gone:
            await self._redis.hdel(key, *gone)
        return tuple(sorted(found, key=lambda one: one.since))[:_MOST]

    def _key(self, item_id: str) -> str:
        return f"{PREFIX}editing:{item_id}"


def _read(value: bytes | str | None) -> Any:
    return None if value is None else json.loads(value)
