"""Ask a callback whether it meant what somebody asked for in its name (WebSub §5.3)."""

import asyncio
import secrets
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import urlencode

import aiohttp
import structlog
from yarl import URL

from channels.transport import LeadsInside
from server.store.hub import count_subscriptions, delete_subscription, is_subscribed, put_subscription
from server.store.hub_intents import (
    IntentRow,
    claim_intents,
    close_intent,
    has_due_intents,
    put_off_intent,
)
from server.store.tx import Tx
from server.subscribe.alone import alone
from server.subscribe.hub import SUBSCRIPTIONS, SUBSCRIPTIONS_A_HOST, Hub

_SLOTS: Final = 16
_BATCH: Final = 200
_HOLD: Final = timedelta(minutes=5)
_TRIES: Final = 3
_AGAIN: Final = 60.0
_FULL: Final = "too many subscriptions"
_GONE: Final = "no such feed"

log = structlog.get_logger(__name__)

Heard = Literal["meant", "not_meant", "silent"]


async def verify_intents(hub: Hub) -> int:
    """Ask the callbacks of requests that wait; say how many. What stood before stands unless one says yes."""
    async with hub.store.read() as tx:
        if not await has_due_intents(tx, at=hub.now()):
            return 0
    intents = await hub.store.write(
        lambda tx: claim_intents(tx, at=hub.now(), until=hub.now() + _HOLD, limit=_BATCH)
    )
    slots = asyncio.Semaphore(_SLOTS)
    async with asyncio.TaskGroup() as legs:
        for row in intents:
            legs.create_task(alone(_verify(hub, row, slots), "hub_verification_failed"))
    return len(intents)


async def _verify(hub: Hub, row: IntentRow, slots: asyncio.Semaphore) -> None:
    async with slots:
        version = await hub.topics.version(row.topic)
        denied = await _denial(hub, row, version)
        heard = await (_ask(hub, row) if denied is None else _deny(hub, row, denied))
    log.info("hub_verified", mode=row.mode, host=row.host, topic=row.topic, heard=heard, denied=denied)
    if heard == "silent" and row.tries + 1 < _TRIES:
        again = hub.now() + timedelta(seconds=_AGAIN * 2**row.tries * (0.5 + hub.chance()))
        await hub.store.write(lambda tx: put_off_intent(tx, row, until=again))
        return
    agreed = heard == "meant" and denied is None
    await hub.store.write(lambda tx: _close(tx, hub, row, version if agreed else None))


async def _close(tx: Tx, hub: Hub, row: IntentRow, version: str | None) -> None:
    """Take a request off, and do what it asked for when the callback meant it."""
    if not await close_intent(tx, row) or version is None:
        return
    if row.mode == "unsubscribe":
        await delete_subscription(tx, key=row.key)
        return
    at = hub.now()
    await put_subscription(
        tx, row, version=version, expires_at=at + timedelta(seconds=row.lease_seconds), at=at
    )


async def _denial(hub: Hub, row: IntentRow, version: str | None) -> str | None:
    """Say why a subscription cannot be, None when it can."""
    if version is None:
        return _GONE
    if row.mode == "unsubscribe":
        return None
    async with hub.store.read() as tx:
        if await is_subscribed(tx, row.key):
            return None
        whole, mine = await count_subscriptions(tx, row.host)
    return _FULL if whole >= SUBSCRIPTIONS or mine >= SUBSCRIPTIONS_A_HOST else None


async def _ask(hub: Hub, row: IntentRow) -> Heard:
    challenge = secrets.token_urlsafe(32)
    told = {"hub.mode": row.mode, "hub.topic": hub.topics.url_of(row.topic), "hub.challenge": challenge}
    if row.mode == "subscribe":
        told["hub.lease_seconds"] = str(row.lease_seconds)
    return await _get(hub, row, told, challenge.encode())


async def _deny(hub: Hub, row: IntentRow, reason: str) -> Heard:
    """Tell the callback that it is not to be (WebSub §5.2); its answer means nothing."""
    told = {"hub.mode": "denied", "hub.topic": hub.topics.url_of(row.topic), "hub.reason": reason}
    return await _get(hub, row, told, b"")


async def _get(hub: Hub, row: IntentRow, told: dict[str, str], expected: bytes) -> Heard:
    """Ask; only a 2xx with the very challenge is a yes. A server in trouble is asked again."""
    joint = "&" if "?" in row.callback else "?"
    url = URL(f"{row.callback}{joint}{urlencode(told)}", encoded=True)
    try:
        async with hub.session.get(url, allow_redirects=False) as answer:
            body = await answer.content.read(len(expected) + 1)
            while not answer.content.at_eof() and len(body) <= len(expected):
                body += await answer.content.read(len(expected) + 1 - len(body))
    except LeadsInside:
        return "not_meant"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return "silent"
    if answer.status >= 500:
        return "silent"
    return "meant" if 200 <= answer.status < 300 and body == expected else "not_meant"
