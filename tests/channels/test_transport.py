"""Where "not sent" and "no answer" part, on real sockets that misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from yarl import URL

from channels.transport import Answer, Form, NoAnswer, NotSent, Transport
from tests.ports import free_port

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with aiohttp.ClientSession() as session:
        yield Transport(session, seconds=30)


@pytest.fixture
async def hasty() -> AsyncIterator[Transport]:
    """What waits for silence; an answer may come later than that on a machine with much to do."""
    async with aiohttp.ClientSession() as session:
        yield Transport(session, seconds=0.4)


class Peer:
    """A server that speaks as it is told, and counts those who called."""

    def __init__(self, port: int) -> None:
        self.url, self.calls, self.heard = URL(f"http://127.0.0.1:{port}/x"), 0, b""


@asynccontextmanager
async def a_peer(said: bytes | None, *, more: bool = False) -> AsyncIterator[Peer]:
    """Answer with these bytes and hang up; None: nothing is said; `more`: the line stays open."""
    leave = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.calls += 1
        peer.heard = await reader.read(4096)
        writer.write(said or b"")
        if said is None or more:
            await leave.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    peer = Peer(server.sockets[0].getsockname()[1])
    try:
        yield peer
    finally:
        leave.set()
        server.close()
        await server.wait_closed()


def http(body: bytes, head: str = "HTTP/1.1 200 OK", *headers: str) -> bytes:
    return "\r\n".join((head, *headers, f"Content-Length: {len(body)}", "", "")).encode() + body


async def test_a_complete_answer_is_an_answer(transport):
    async with a_peer(http(b'{"id":1}')) as peer:
        answer = await transport.send("GET", peer.url)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.json()) == (200, {"id": 1})


@pytest.mark.parametrize("status", ["400 Bad Request", "412 X", "500 X", "502 Bad Gateway"])
async def test_a_refusal_is_an_answer_too(transport, status):
    async with a_peer(http(b"x", f"HTTP/1.1 {status}")) as peer:
        answer = await transport.send("POST", peer.url, body=b"x")
    assert isinstance(answer, Answer)
    assert answer.status == int(status[:3])


async def test_a_refused_connection_is_not_sent(transport):
    assert isinstance(await transport.send("POST", URL(f"http://127.0.0.1:{free_port()}/")), NotSent)


async def test_a_name_that_does_not_resolve_is_not_sent(hasty):
    assert isinstance(await hasty.send("POST", URL("http://nowhere.invalid/")), NotSent)


async def test_tls_that_is_not_agreed_is_not_sent(transport):
    async with a_peer(b"no tls here\r\n") as peer:
        assert isinstance(await transport.send("POST", peer.url.with_scheme("https")), NotSent)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"this is no http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
async def test_an_answer_that_is_not_complete_is_no_answer(transport, said):
    async with a_peer(said) as peer:
        assert isinstance(await transport.send("POST", peer.url, body=b"x"), NoAnswer)


async def test_silence_is_no_answer_and_ends(hasty):
    async with a_peer(None) as peer:
        assert isinstance(await hasty.send("POST", peer.url, body=b"x"), NoAnswer)


async def test_a_body_that_never_ends_is_no_answer(hasty):
    async with a_peer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", more=True) as peer:
        assert isinstance(await hasty.send("POST", peer.url, body=b"x"), NoAnswer)


@pytest.mark.parametrize("said", [b"", None, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"])
async def test_a_request_that_could_act_is_never_repeated(hasty, said):
    async with a_peer(said) as peer:
        await hasty.send("POST", peer.url, body=b"x")
        assert peer.calls == 1


async def test_a_line_that_the_other_end_closed_meanwhile_is_not_used_for_a_second_request(transport):
    async with a_peer(http(b"one", "HTTP/1.1 200 OK", "Connection: keep-alive")) as peer:
        await transport.send("POST", peer.url, body=b"x")
        assert isinstance(await transport.send("POST", peer.url, body=b"x"), Answer | NoAnswer)
        assert peer.calls <= 2


async def test_a_redirect_is_not_followed(transport):
    async with a_peer(http(b"", "HTTP/1.1 302 Found", "Location: /elsewhere")) as peer:
        answer = await transport.send("POST", peer.url, body=b"x")
        assert (isinstance(answer, Answer), answer.status, peer.calls) == (True, 302, 1)


async def test_no_reason_tells_what_was_sent(transport):
    url = URL(f"http://127.0.0.1:{free_port()}/").with_query(access_token="hidden-token")
    assert "hidden-token" not in repr(await transport.send("POST", url, body=b"hidden-token"))


async def test_a_form_has_a_known_length(transport):
    form = Form()
    form.add_field("pic", b"\xff\xd8" * 50, filename="picture.jpg", content_type="image/jpeg")
    async with a_peer(http(b"")) as peer:
        await transport.send("POST", peer.url, body=form)
    assert b"Content-Length:" in peer.heard
    assert b"chunked" not in peer.heard


@pytest.mark.parametrize("kind", ["text/plain", "application/json; charset=gbk", "text/html"])
async def test_json_is_utf_8_whatever_the_type_says(transport, kind):
    body = json.dumps({"t": "旗"}, ensure_ascii=False).encode()
    async with a_peer(http(body, "HTTP/1.1 200 OK", f"Content-Type: {kind}")) as peer:
        answer = await transport.send("GET", peer.url)
    assert isinstance(answer, Answer)
    assert answer.json() == {"t": "旗"}


def test_a_control_character_inside_a_string_is_no_error():
    assert Answer(200, {}, b'{"t":"a\x08b"}').json() == {"t": "a\x08b"}


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"{"])
def test_what_is_no_json_raises_value_error(body):
    with pytest.raises(ValueError, match=r".+"):
        Answer(200, {}, body).json()
