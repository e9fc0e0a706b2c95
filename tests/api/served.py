"""One handler on a socket, for what a client does that no client of ours can."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from server.parts import PARTS, Parts
from server.runner import Runner
from tests.ports import free_port


@asynccontextmanager
async def connected_to(
    take: Any, parts: Parts, middlewares: Iterable[Any]
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Serve a handler for POST as the product would, and give a connection to it."""
    app = web.Application(middlewares=tuple(middlewares))
    app[PARTS] = parts
    app.router.add_post("/", take)
    runner, port = Runner(app, shutdown_timeout=1), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await runner.cleanup()
