"""The hub: takes requests to be told of our feeds and writes them down. Nothing leaves the house here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import aiohttp
from yarl import URL

from channels.transport import LeadsInside
from server.network import Inner, require_public
from server.store.hub_intents import IntentRow, count_intents, put_intent
from server.store.tx import Store
from server.subscribe.hub_request import HubRefusal, HubRequest
from server.subscribe.topics import Topics

SUBSCRIPTIONS: Final = 20_000
SUBSCRIPTIONS_A_HOST: Final = 1000
"""An aggregator has one host and wants every feed."""
_WAITING: Final = 2000
_WAITING_A_HOST: Final = 100
_AGAIN: Final = "请求太多，请过几分钟再试"


@dataclass(frozen=True, slots=True)
class Hub:
    """What the hub stands on. `seal` and `unseal` keep the subscribers' secrets."""

    store: Store
    topics: Topics
    session: aiohttp.ClientSession  # guarded: it sends to no inner address
    inner: Inner
    seal: Callable[[str], str]
    unseal: Callable[[str], str]
    now: Callable[[], datetime]
    chance: Callable[[], float]


async def ask(hub: Hub, request: HubRequest) -> None:
    """Write a request down, to be verified soon. Raises HubRefusal."""
    if await hub.topics.version(request.topic) is None:
        raise HubRefusal(404, "topic_empty", "这个订阅源还没有内容")
    if request.mode == "publish":
        return  # our own feeds are looked at anyway
    await _require_public(hub, request)
    row = IntentRow(
        key=request.key,
        mode=request.mode,
        topic=request.topic,
        callback=request.callback,
        host=request.host,
        sealed=hub.seal(request.secret) if request.secret else None,
        lease_seconds=request.lease_seconds,
        asked_at=hub.now(),
        tries=0,
    )
    async with hub.store.begin() as tx:
        whole, mine = await count_intents(tx, request.host)
        if mine >= _WAITING_A_HOST or whole >= _WAITING:
            raise HubRefusal(429, "too_many_requests", _AGAIN)
        await put_intent(tx, row)


async def _require_public(hub: Hub, request: HubRequest) -> None:
    try:
        await require_public(URL(request.callback, encoded=True), hub.inner)
    except LeadsInside:
        raise HubRefusal(400, "callback_inner", "hub.callback 指向内部网络，不能订阅") from None
    except (OSError, ValueError):
        raise HubRefusal(400, "callback_unresolvable", "hub.callback 的域名解析不了") from None
