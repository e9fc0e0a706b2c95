"""Tell subscribers of feeds that have changed: each once of each change, and none at another's cost.

The feeds in the document root are the truth. What a subscriber took last stands in his row, so nothing that
publishes has to tell the hub, and a crash costs a second delivery at most.
"""

import asyncio
import hashlib
import hmac
from collections import defaultdict, deque
from datetime import timedelta
from functools import partial
from typing import Final, Literal

import aiohttp
import structlog
from yarl import URL

from channels.transport import LeadsInside
from server.store.hub import (
    Due,
    claim_due,
    close_delivery,
    delete_lapsed,
    delete_subscription,
    put_off,
    see_hub,
    spread_version,
)
from server.subscribe.alone import alone
from server.subscribe.hub import Hub
from server.subscribe.topics import Feed

_SLOTS: Final = 32
_SLOTS_A_HOST: Final = 4
_BATCH: Final = 128
_MOST: Final = 2000
_HOLD: Final = timedelta(minutes=10)
"""Longer than a batch takes when nobody in it answers."""
_FIRST, _LAST = 30.0, 6 * 3600.0
_FEEDS_KEPT: Final = 16

log = structlog.get_logger(__name__)

Told = Literal["taken", "ended", "failed", "silent"]


async def tell_changes(hub: Hub) -> int:
    """Find feeds that have changed and tell those who wait for it; say how many were told or tried."""
    at = hub.now()
    async with hub.store.read() as tx:
        seen = await see_hub(tx, at=at)
    spread = 0
    for topic in dict.fromkeys(topic for topic, _version in seen.topics):
        version = await hub.topics.version(topic)
        # A feed that is missing for a while, in a restore perhaps, ends nothing: the lease does.
        if version is not None and any(t == topic and v != version for t, v in seen.topics):
            spread += await hub.store.write(partial(spread_version, topic=topic, version=version, at=at))
    if seen.is_lapsed:
        await hub.store.write(partial(delete_lapsed, at=at))
    return await _Round(hub).run() if spread or seen.is_due else 0


class _Round:
    """One round of deliveries, with bounded hands: in all, and for each host."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._left, self._told = hub, _MOST, 0
        self._waiting: deque[Due] = deque()
        self._claiming = asyncio.Lock()
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_SLOTS_A_HOST)
        )
        self._silent: set[str] = set()
        self._under_way: set[str] = set()
        self._feeds: dict[str, Feed] = {}

    async def run(self) -> int:
        async with asyncio.TaskGroup() as hands:
            for _ in range(_SLOTS):
                hands.create_task(self._work())
        return self._told

    async def _work(self) -> None:
        while (due := await self._next()) is not None:
            if due.key in self._under_way:
                continue  # it changed again meanwhile; the one under way sees to that
            self._under_way.add(due.key)
            try:
                async with self._hosts[due.host]:
                    await alone(self._deliver(due), "hub_delivery_failed")
            finally:
                self._under_way.discard(due.key)

    async def _next(self) -> Due | None:
        hub = self._hub
        async with self._claiming:
            if not self._waiting and self._left > 0:
                limit, at = min(_BATCH, self._left), hub.now()
                due = await hub.store.write(partial(claim_due, at=at, until=at + _HOLD, limit=limit))
                self._waiting.extend(due)
                self._left -= len(self._waiting)
            return self._waiting.popleft() if self._waiting else None

    async def _deliver(self, due: Due) -> None:
        hub, feed = self._hub, await self._feed(due)
        if feed is None:
            told: Told = "failed"
        elif due.host in self._silent:  # it has held up others long enough
            told = "silent"
        else:
            told = await self._send(due, feed)
        self._told += 1
        if told == "taken" and feed is not None:
            await hub.store.write(partial(close_delivery, due=due, told=feed.version, at=hub.now()))
        elif told == "ended":
            await hub.store.write(partial(delete_subscription, key=due.key))
        else:
            if told == "silent":
                self._silent.add(due.host)
            wait = min(_FIRST * 2 ** min(due.tries, 20), _LAST) * (0.5 + hub.chance())
            await hub.store.write(partial(put_off, due=due, until=hub.now() + timedelta(seconds=wait)))
        tell = log.debug if told == "taken" else log.info
        tell("hub_told", host=due.host, topic=due.topic, outcome=told, tries=due.tries)

    async def _feed(self, due: Due) -> Feed | None:
        """Give the feed as it stands now: who is told late is told of the newest."""
        kept = self._feeds.get(due.topic)
        if kept is not None and kept.version == await self._hub.topics.version(due.topic):
            return kept
        feed = await self._hub.topics.read(due.topic)
        if feed is not None:
            self._feeds.pop(due.topic, None)
            self._feeds[due.topic] = feed
            while len(self._feeds) > _FEEDS_KEPT:
                self._feeds.pop(next(iter(self._feeds)))
        return feed

    async def _send(self, due: Due, feed: Feed) -> Told:
        headers = self._hub.topics.headers_of(due.topic) | {"User-Agent": "Tongfa WebSub"}
        if due.sealed is not None:
            secret = self._hub.unseal(due.sealed).encode()
            headers["X-Hub-Signature"] = f"sha256={hmac.new(secret, feed.body, hashlib.sha256).hexdigest()}"
        url = URL(due.callback, encoded=True)
        try:
            async with self._hub.session.post(
                url, data=feed.body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (LeadsInside, aiohttp.ClientConnectorDNSError):
            return "failed"
        except (aiohttp.ClientError, TimeoutError, OSError):
            return "silent"
        if status == 410:
            return "ended"
        return "taken" if 200 <= status < 300 else "failed"
