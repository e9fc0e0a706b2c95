"""A subscriber on a real socket: it answers verifications as it is told to, and keeps what it was sent."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(slots=True)
class Sent:
    """A delivery as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Subscriber:
    """What a subscriber saw, and what it answers."""

    asked: list[dict[str, str]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    agrees: bool = True
    echo: str | None = None  # instead of the challenge
    verify_status: int = 200
    take_status: int = 200
    hold: asyncio.Event | None = None  # a delivery is answered once this is set
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0
    server: TestServer | None = None

    def callback(self, query: str = "") -> str:
        assert self.server is not None
        return str(self.server.make_url("/callback")) + query

    async def start(self, host: str = "127.0.0.1") -> None:
        app = web.Application(client_max_size=4 << 20)
        app.router.add_get("/{path:.*}", self._verify)
        app.router.add_post("/{path:.*}", self._take)
        self.server = TestServer(app, host=host)
        await self.server.start_server()

    async def close(self) -> None:
        assert self.server is not None
        await self.server.close()

    async def _verify(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query) | {"path": request.path})
        if not self.agrees:
            return web.Response(status=404)
        if self.verify_status in (301, 302, 307, 308):
            raise web.HTTPFound("/elsewhere?" + request.query_string)
        echo = request.query.get("hub.challenge", "") if self.echo is None else self.echo
        return web.Response(
            status=self.verify_status, body=echo.encode(), content_type="application/octet-stream"
        )

    async def _take(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.sent.append(Sent(dict(request.headers), await request.read()))
            self.arrived.set()
            if self.hold is not None:
                await self.hold.wait()
        finally:
            self.at_once -= 1
        return web.Response(status=self.take_status)
