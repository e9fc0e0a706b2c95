"""A body that calls itself gzip and is none, at every face: a stranger's fault, and no error of ours."""

import asyncio

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from server.api.problems import answer_problems
from server.api.requests import name_request
from server.console.door import answer_trouble
from tests.api.conftest import Office
from tests.api.served import connected_to

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 32\r\n\r\n"
FACES: dict[str, list[object]] = {
    "api": [name_request, answer_problems],
    "console": [name_request, answer_trouble],
    "site": [],
}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("is_read", [True, False])
async def test_an_unreadable_body_is_refused_and_no_error_of_ours(
    office: Office, caplog: pytest.LogCaptureFixture, face: str, *, is_read: bool
):
    began = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        began.set()
        if is_read:
            await request.read()
        return web.Response(text="taken")

    with capture_logs() as lines:
        async with connected_to(take, office.parts, FACES[face]) as (reader, writer), asyncio.timeout(20):
            writer.write(HEAD)
            await began.wait()  # with all of it at once no handler is asked
            writer.write(b"x" * 32)
            answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 " if is_read else b"HTTP/1.1 200 ")
    assert not [one for one in lines if one["log_level"] == "error"]
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
