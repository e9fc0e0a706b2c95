import aiohttp
import pytest
from aiohttp import web

from channels.sandbox.fields import Fields, read_fields
from tests.channels.sandbox.conftest import Caller

KIND = {"Content-Type": "multipart/form-data; boundary=line"}


@pytest.fixture
async def seen(http: aiohttp.ClientSession, aiohttp_server) -> tuple[Caller, list[Fields]]:
    fields: list[Fields] = []

    async def keep(request: web.Request) -> web.Response:
        fields.append(await read_fields(request))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", keep)
    server = await aiohttp_server(app)
    return Caller(http, str(server.make_url("")).rstrip("/")), fields


def body_of(*parts: bytes) -> bytes:
    return b"".join(b"--line\r\n" + part + b"\r\n" for part in parts) + b"--line--\r\n"


async def test_a_form_is_read_as_utf8(seen: tuple[Caller, list[Fields]]):
    caller, fields = seen
    await caller.send("POST", "/", data={"a": "中 + & % 😀", "b": ""})
    assert fields[0].form == {"a": "中 + & % 😀", "b": ""}


async def test_the_body_comes_before_the_query(seen: tuple[Caller, list[Fields]]):
    caller, fields = seen
    await caller.send("POST", "/", data={"a": "body"}, params={"a": "query", "b": "query"})
    assert (fields[0].get("a"), fields[0].get("b"), fields[0].get("c")) == ("body", "query", None)


async def test_a_file_keeps_every_byte(seen: tuple[Caller, list[Fields]]):
    caller, fields = seen
    content = bytes(range(256)) + b"\r\n--lin\r\n\r\n"
    part = b'Content-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n' + content
    await caller.send("POST", "/", data=body_of(part), headers=KIND)
    assert fields[0].files["f"].body == content


async def test_a_quoted_boundary_and_any_case_are_understood(seen: tuple[Caller, list[Fields]]):
    caller, fields = seen
    kind = {"Content-Type": 'Multipart/Form-Data; Boundary="line"'}
    part = "content-disposition: form-data; Name=a\r\nContent-Type: text/plain\r\n\r\n中".encode()
    await caller.send("POST", "/", data=body_of(part), headers=kind)
    assert (fields[0].form, fields[0].is_multipart) == ({"a": "中"}, True)


@pytest.mark.parametrize("body", [b"", b"--line", b"--line--", b"--line\r\n\r\nx\r\n--line--", b"\xff" * 9])
async def test_a_broken_multipart_body_carries_nothing(seen: tuple[Caller, list[Fields]], body: bytes):
    caller, fields = seen
    await caller.send("POST", "/", data=body, headers=KIND)
    assert (fields[0].form, fields[0].files) == ({}, {})
