"""A page that lies ready in memory: its answer takes a shorter way, and is the same."""

import asyncio
from asyncio.selector_events import _SelectorSocketTransport  # type: ignore[attr-defined]
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web
from yarl import URL

from channels.contract import DocRoot
from channels.docroot import FolderRoot
from server.public.heads import written_head
from server.public.site import add_site
from server.runner import Runner
from tests.ports import free_port
from tests.public.wire import Said, ask

PAGE = b"<p>" + b"a" * 4000
GIVEN = pytest.mark.parametrize(
    "path",
    [
        "a/i1.html",
        "column/zwdt/",
        "column/zwdt",
        "feed/site.rss",
        "robots.txt",
        "m/x.pdf",
        "m/x.docx",
        "sw.js",
    ],
)


@dataclass
class Served:
    base: str
    root: DocRoot
    long_way: list[str] = field(default_factory=list)
    """The addresses of requests that came as far as the application."""

    async def ask(self, path: str, *headers: str, method: str = "GET", version: str = "1.1") -> Said:
        return await ask(self.base, f"{method} /{path} HTTP/{version}", *headers)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    port = free_port()
    made = Served(f"http://127.0.0.1:{port}", FolderRoot(tmp_path / "site"))
    for path in ("a/i1.html", "column/zwdt/index.html", "feed/site.rss", "robots.txt", "m/x.pdf"):
        await made.root.put(path, PAGE)
    await made.root.put("m/x.docx", PAGE)
    await made.root.put("sw.js", PAGE)

    @web.middleware
    async def note(request: web.Request, handler: web.RequestHandler) -> web.StreamResponse:
        made.long_way.append(request.raw_path)
        return await handler(request)

    app = web.Application(middlewares=[note])
    add_site(app, tmp_path / "site", front="https://www.example.gov.cn")
    runner = Runner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield made
    await runner.cleanup()


def undated(said: Said) -> Said:
    return Said(said.status, tuple(line for line in said.every if line[0] != "date"), said.body)


@GIVEN
@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_the_second_answer_is_the_first_and_the_application_is_not_asked(served, path, accepted):
    first = await served.ask(path, f"Accept-Encoding: {accepted}")
    second = await served.ask(path, f"Accept-Encoding: {accepted}")
    assert first.status == 200
    assert undated(second) == undated(first)
    assert "date" in second.headers
    assert served.long_way == [f"/{path}"]


@GIVEN
async def test_who_has_it_already_is_told_so_in_the_same_words(served, path):
    tag = (await served.ask(path)).headers["etag"]
    served.long_way.clear()
    short = await served.ask(path, f"If-None-Match: {tag}")
    long = await served.ask(path, f"If-None-Match: {tag}", "Cache-Control: no-cache")
    assert (short.status, short.body, served.long_way) == (304, b"", [f"/{path}"])
    assert undated(long) == undated(short)
    assert (short.headers["etag"], short.headers["vary"]) == (tag, "Accept-Encoding")
    assert "content-length" not in short.headers


async def test_no_part_of_what_is_sent_is_empty(served, monkeypatch: pytest.MonkeyPatch):
    """From Python 3.12 on asyncio's loop would try to send it for ever."""
    sent: list[tuple[bytes, ...]] = []
    send = _SelectorSocketTransport.writelines

    def note(self: _SelectorSocketTransport, parts: Iterable[bytes]) -> None:
        sent.append(tuple(parts))
        send(self, sent[-1])

    monkeypatch.setattr(_SelectorSocketTransport, "writelines", note)
    tag = (await served.ask("a/i1.html")).headers["etag"]
    await served.ask("a/i1.html", f"If-None-Match: {tag}")
    await served.ask("a/i1.html", method="HEAD")
    assert [len(parts) for parts in sent[-3:]] == [4, 3, 3]
    assert all(part for parts in sent for part in parts)


async def test_a_head_says_what_the_page_would_say(served):
    whole = await served.ask("a/i1.html")
    head = await served.ask("a/i1.html", method="HEAD")
    assert undated(head) == Said(200, undated(whole).every, b"")


@pytest.mark.parametrize(
    ("version", "asked", "told"),
    [
        ("1.1", None, None),
        ("1.1", "close", "close"),
        ("1.0", None, "close"),
        ("1.0", "keep-alive", "keep-alive"),
    ],
)
async def test_a_connection_is_kept_as_long_as_the_client_wishes(served, version, asked, told):
    await served.ask("a/i1.html")
    url = URL(served.base)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    request = f"GET /a/i1.html HTTP/{version}\r\nHost: x\r\n" + (f"Connection: {asked}\r\n" if asked else "")
    said = []
    for _ in range(1 if told == "close" else 3):
        writer.write(f"{request}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert await reader.readexactly(len(PAGE)) == PAGE
        said.append("connection: " + told in head if told else "connection:" not in head)
    assert all(said)
    if told == "close":
        assert await reader.read() == b""
    writer.close()


async def test_who_asks_much_and_reads_late_gets_all_of_it(served):
    await served.root.put("a/large.html", b"<p>" + b"a" * 900_000)
    url = URL(served.base)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(b"GET /a/large.html HTTP/1.1\r\nHost: x\r\n\r\n" * 30)
    await writer.drain()
    assert (await served.ask("a/i1.html")).status == 200  # meanwhile others are answered
    for _ in range(30):
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        assert len(await reader.readexactly(900_003)) == 900_003
    writer.close()


async def test_who_asks_past_all_caches_shows_the_change_to_all(served):
    await served.ask("a/i1.html")
    await served.root.put("a/i1.html", b"<p>two</p>")
    assert (await served.ask("a/i1.html", "Cache-Control: no-cache")).body == b"<p>two</p>"
    assert (await served.ask("a/i1.html")).body == b"<p>two</p>"


async def test_only_reading_is_answered_from_memory(served):
    await served.ask("a/i1.html")
    assert (await served.ask("a/i1.html", method="POST")).status == 405


async def test_addresses_of_which_there_is_no_end_are_not_remembered(served):
    for number in range(3):
        assert (await served.ask(f"a/i1.html?from={number}")).status == 200
        assert (await served.ask(f"a/i1.html?from={number}")).status == 200
    assert len(served.long_way) == 6


async def test_a_notice_that_was_given_out_is_no_page_by_its_own_name(served):
    await served.root.put("a/i2.gone", "<p>已撤回</p>".encode())
    told = [(await served.ask(path)).status for path in ("a/i2.html", "a/i2.gone", "a/i2.gone")]
    assert told == [410, 404, 404]


def test_a_header_cannot_bring_a_line_of_its_own():
    with pytest.raises(ValueError, match="line breaks"):
        written_head(HTTPStatus.OK, {"Link": "<x>\r\nSet-Cookie: a=b"})
