"""Our hub over a real document root and database, on a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.docroot import FolderRoot
from channels.item import Site
from server.network import Inner, open_guarded_session
from server.public.hub import add_hub
from server.public.site import add_site
from server.store.tx import Store
from server.subscribe.hub import Hub
from server.subscribe.hub_delivery import tell_changes
from server.subscribe.hub_verification import verify_intents
from server.subscribe.topics import Topics
from tests.conftest import Hand
from tests.house import SITE
from tests.ports import free_port

LOOPBACK: Inner = (ip_network("127.0.0.0/8"),)
ATOM = "feed/site.atom"


@dataclass(slots=True)
class Stage:
    """The hub and its site; `now` is moved by hand."""

    hub: Hub
    site: Site
    root: FolderRoot
    now: Hand
    http: aiohttp.ClientSession
    allowed: bool = True

    def url(self, path: str = ATOM) -> str:
        return f"{self.site.url}/{path}"

    async def post(self, **form: str) -> tuple[int, str]:
        """Send a request to the hub; `hub_x` stands for `hub.x`."""
        told = {name.replace("hub_", "hub.", 1): value for name, value in form.items()}
        async with self.http.post(f"{self.site.url}/hub", data=told) as answer:
            return answer.status, await answer.text()

    async def ask(self, callback: str, mode: str = "subscribe", topic: str = ATOM, **more: str) -> int:
        asked = {"hub_mode": mode, "hub_topic": self.url(topic), "hub_callback": callback}
        return (await self.post(**asked, **more))[0]

    async def subscribe(self, callback: str, topic: str = ATOM, **more: str) -> None:
        """Subscribe and be verified."""
        assert await self.ask(callback, topic=topic, **more) == 202
        await verify_intents(self.hub)

    async def publish(self, body: bytes = b"<feed>new</feed>", topic: str = ATOM) -> int:
        """Change a feed and tell; give how many deliveries were made or tried."""
        await self.root.put(topic, body)
        return await tell_changes(self.hub)


def site_at(address: str) -> Site:
    return replace(SITE, url=address, has_hub=True)


def hub_of(
    store: Store,
    root: FolderRoot,
    site: Site,
    session: aiohttp.ClientSession,
    now: Hand,
    inner: Inner = LOOPBACK,
) -> Hub:
    return Hub(
        store=store, topics=Topics(root, site), session=session, inner=inner,
        seal=lambda secret: secret[::-1], unseal=lambda sealed: sealed[::-1], now=now, chance=lambda: 0.5,
    )  # fmt: skip


@asynccontextmanager
async def open_stage(
    store: Store, now: Hand, folder: Path, inner: Inner = LOOPBACK, patience: float = 30.0
) -> AsyncIterator[Stage]:
    port = free_port()
    site = site_at(f"http://127.0.0.1:{port}")
    root = FolderRoot(folder)
    for path in (ATOM, "feed/site.rss", "feed/site.json", "feed/column/zcwj.rss"):
        await root.put(path, f"<feed>{path}</feed>".encode())
    async with open_guarded_session(inner, patience) as session, aiohttp.ClientSession() as http:
        hub = hub_of(store, root, site, session, now, inner)
        stage = Stage(hub, site, root, now, http)

        async def allow(_key: str, _limit: int, _seconds: int) -> bool:
            return stage.allowed

        app = web.Application()
        add_hub(app, hub, allow)
        add_site(app, folder, front=site.url)
        async with TestServer(app, port=port):
            yield stage
