"""A browser that goes away in the middle of what it sends, over the API and at the console's door."""

import asyncio

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from server.api.problems import answer_problems
from server.api.requests import name_request
from server.console.door import answer_trouble
from tests.api.conftest import Office
from tests.api.served import connected_to

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

    with capture_logs() as lines:
        async with (
            connected_to(take, office.parts, (name_request, face)) as (_reader, writer),
            asyncio.timeout(20),
        ):
            writer.write(FORM)
            await begun.wait()
            writer.transport.abort()
            await ended.wait()
    assert [one["event"] for one in lines if one["log_level"] == "error"] == ["unexpected_error"] * is_ours
