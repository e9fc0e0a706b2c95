"""A browser that goes away in the middle of what it sends, over the API and at the console's door."""

import asyncio

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from server.api.problems import answer_problems
from server.api.requests import name_request
from server.console.door import answer_trouble
from server.parts import PARTS
from server.runner import Runner
from tests.api.conftest import Office
from tests.ports import free_port

FORM = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: 100000\r\n\r\n--b\r\n"
)


@pytest.mark.parametrize("face", [answer_problems, answer_trouble])
@pytest.mark.parametrize("is_ours", [False, True])
async def test_only_a_connection_of_our_own_that_breaks_is_written_down(
    office: Office, face: object, *, is_ours: bool
):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        begun.set()
        try:
            if is_ours:
                raise ConnectionRefusedError("a service of ours is away")
            await request.read()
        finally:
            ended.set()
        return web.Response()

    app = web.Application(middlewares=[name_request, face])  # type: ignore[list-item]
    app[PARTS] = office.parts
    app.router.add_post("/", take)
    runner, port = Runner(app, shutdown_timeout=1), free_port()
    with capture_logs() as lines:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(FORM)
        async with asyncio.timeout(20):
            await begun.wait()
            writer.transport.abort()
            await ended.wait()
        await runner.cleanup()
    assert [one["event"] for one in lines if one["log_level"] == "error"] == ["unexpected_error"] * is_ours
