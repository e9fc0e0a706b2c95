"""Wake-ups: "something is ready". A hint and no more: a lost one costs one poll interval."""

import asyncio
import contextlib

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from server.ephemeral.connection import AWAY, PREFIX

log = structlog.get_logger(__name__)


class Wakeups:
    """Wakes every process that waits for one topic."""

    def __init__(self, redis: Redis, *, topic: str = "work") -> None:
        """Take an open pool; the subscription begins with the first wait."""
        self._redis, self._topic = redis, f"{PREFIX}wake:{topic}"
        self._here = asyncio.Event()  # for this process, when no message can carry the wake-up
        self._ear: PubSub | None = None
        self._is_listening = False
        self._is_away = False

    async def wake(self) -> None:
        """Wake all who wait; while Redis is away or nobody has subscribed yet, at least this process."""
        try:
            heard_by = await self._redis.publish(self._topic, "")
        except AWAY:
            heard_by = 0
        if heard_by == 0:
            self._here.set()

    async def wait(self, seconds: float) -> None:
        """Return when woken, or after so many seconds at the latest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                listens = not self._here.is_set() and not self._is_listening
                if not (listens and await self._heard()):
                    await self._here.wait()
        self._here.clear()

    async def close(self) -> None:
        """End the subscription."""
        ear, self._ear = self._ear, None
        if ear is not None:
            await _close(ear)

    async def _heard(self) -> bool:
        """Wait for the next message and set the event; False at once when Redis is away."""
        self._is_listening = True  # two readers on one connection would be an error of redis-py
        try:
            if self._ear is None:
                self._ear = await self._subscribe()
            # The confirmation of a new subscription counts: it covers what was lost before it.
            await self._ear.get_message(timeout=None)
            self._here.set()  # at once: the caller may be cut off at the next await
            while await self._ear.get_message(timeout=0.0) is not None:
                pass  # a burst is one wake-up
        except AWAY as error:
            if not self._is_away:
                log.warning("wakeups_by_poll_only", why=type(error).__name__)
            self._is_away = True
            await self.close()
            return False
        finally:
            self._is_listening = False
        self._is_away = False
        return True

    async def _subscribe(self) -> PubSub:
        ear = self._redis.pubsub()
        try:
            await ear.subscribe(self._topic)
        except BaseException:  # the time to wait may be up half way
            await _close(ear)
            raise
        return ear


async def _close(ear: PubSub) -> None:
    with contextlib.suppress(*AWAY):
        await ear.aclose()  # type: ignore[no-untyped-call]
