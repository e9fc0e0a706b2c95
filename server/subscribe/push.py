"""Web Push: takes browsers that want to be told of what is new, and forgets them. Nothing leaves here."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Annotated, Final

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yarl import URL

from channels.item import Site
from server.core.live_site import LiveSite
from server.store.push import BrowserRow, count_browsers, delete_browser, put_browser
from server.store.tx import Store
from server.subscribe.push_message import BadBrowserKey, BrowserKeys

BROWSERS: Final = 50_000
SERVICES: Final = (
    "https://fcm.googleapis.com",
    "https://updates.push.services.mozilla.com",
    "https://*.push.apple.com",
    "https://*.notify.windows.com",
)
"""The push services of the browsers' makers: a browser names no other, and we send to no other."""


class PushRefusal(Exception):
    """A browser is not taken: an HTTP status, a code for machines, a Chinese sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        """Say why."""
        super().__init__(code)
        self.status, self.code, self.sentence = status, code, sentence


@dataclass(frozen=True, slots=True)
class Push:
    """What Web Push stands on; `contact` is where a push service finds a person of ours."""

    store: Store
    sites: LiveSite
    session: aiohttp.ClientSession  # guarded: it sends to no inner address
    key: ec.EllipticCurvePrivateKey
    contact: str
    now: Callable[[], datetime]
    chance: Callable[[], float]
    services: tuple[str, ...] = SERVICES

    @property
    def site(self) -> Site:
        """Give the site as it stands."""
        return self.sites.current


class KeysIn(BaseModel):
    """The keys as a browser gives them."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    p256dh: Annotated[str, Field(max_length=100)]
    auth: Annotated[str, Field(max_length=32, repr=False)]


class BrowserIn(BaseModel):
    """What the subscribe page sends: PushSubscription.toJSON(), the lists and the wish for quiet nights."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    endpoint: Annotated[str, Field(max_length=1000)]
    keys: KeysIn
    topics: Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(min_length=1, max_length=100)]
    keeps_quiet: bool = True


class EndpointIn(BaseModel):
    """The browser that wants no more."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    endpoint: Annotated[str, Field(max_length=1000)]


async def take_browser(push: Push, body: bytes) -> None:
    """Write a browser down, or what it wants from now on. Raises PushRefusal."""
    try:
        given = BrowserIn.model_validate_json(body)
        BrowserKeys.read(given.keys.p256dh, given.keys.auth)
    except (ValidationError, BadBrowserKey):
        raise PushRefusal(400, "invalid", "浏览器给出的订阅信息不完整，请换一个浏览器再试") from None
    _require_service(push, given.endpoint)
    known = {"site", *(f"column/{column.slug}" for column in push.site.columns)}
    if not known.issuperset(given.topics):
        raise PushRefusal(400, "unknown_topic", "没有这个栏目，请刷新页面后重新选择")
    row = BrowserRow(
        key=key_of(given.endpoint),
        endpoint=given.endpoint,
        browser_key=given.keys.p256dh,
        browser_secret=given.keys.auth,
        keeps_quiet=given.keeps_quiet,
        topics=tuple(dict.fromkeys(given.topics)),
    )
    async with push.store.begin() as tx:
        if await count_browsers(tx) >= BROWSERS:
            raise PushRefusal(503, "full", "开通推送的人数已满，请改用阅读器订阅")
        await put_browser(tx, row, at=push.now())


async def forget_browser(push: Push, body: bytes) -> None:
    """Forget a browser; nothing happens when it is not known. Raises PushRefusal."""
    try:
        given = EndpointIn.model_validate_json(body)
    except ValidationError:
        raise PushRefusal(400, "invalid", "请求不完整，请刷新页面后再试") from None
    async with push.store.begin() as tx:
        await delete_browser(tx, key=key_of(given.endpoint))


def origin_of(endpoint: str) -> str:
    """Give scheme, host and port of an endpoint, by which a push service knows itself."""
    return str(URL(endpoint, encoded=True).origin())


def key_of(endpoint: str) -> str:
    """Give what a browser goes by."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _require_service(push: Push, endpoint: str) -> None:
    wrong = PushRefusal(400, "unknown_service", "这个浏览器的推送服务不在支持之列，请改用阅读器订阅")
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise wrong
    try:
        url = URL(endpoint, encoded=True)
        origin = str(url.origin())
    except ValueError:
        raise wrong from None
    if url.raw_user is not None or not any(fnmatchcase(origin, one) for one in push.services):
        raise wrong
