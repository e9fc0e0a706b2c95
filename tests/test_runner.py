"""Every answer says whether it may be kept, also those that no handler of ours gave."""

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from channels.docroot import FolderRoot
from server.public.site import add_site
from server.runner import Patience, Runner, room_for_connections
from tests.ports import free_port
from tests.public.wire import Said, ask

FILM = "m/film.mp4"


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[str]:
    root = FolderRoot(tmp_path / "site")
    await root.put("a/i1.html", b"<p>page</p>")
    await root.put(FILM, b"0123456789")
    app = web.Application(client_max_size=100)
    app.router.add_get("/silent", say_nothing)
    app.router.add_get("/broken", break_down)
    app.router.add_post("/taken", take)
    add_site(app, tmp_path / "site")
    runner, port = Runner(app, shutdown_timeout=1), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def say_nothing(request: web.Request) -> web.Response:
    return web.Response(text="nothing")


async def break_down(request: web.Request) -> web.Response:
    raise LookupError("nobody foresaw this")


async def take(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("\x16\x03\x01 hello", (), 400),  # TLS at a port without
        ("GET /a/i1.html HTTP/1.1", ("X-Long: " + "a" * 20_000,), 400),
        ("GET /" + "a" * 20_000 + " HTTP/1.1", (), 400),
        ("GET /a/i1.html HTTP/1.1", ("No colon",), 400),
        ("POST /taken HTTP/1.1", ("Content-Length: many",), 400),
        ("POST /taken HTTP/1.1", ("Expect: miracles",), 417),
        ("PATCH /taken HTTP/1.1", (), 405),
        ("POST /a/i1.html HTTP/1.1", (), 405),
        ("GET /nothing.html HTTP/1.1", (), 404),
        ("GET /broken HTTP/1.1", (), 500),
        (f"GET /{FILM} HTTP/1.1", ("Range: bytes=50-60",), 416),
        (f"GET /{FILM} HTTP/1.1", ('If-Match: "another"',), 412),
        ("GET /silent HTTP/1.1", (), 200),
    ],
)
async def test_what_aiohttp_answers_by_itself_is_kept_by_nobody(base, line, headers, status):
    said = await ask(base, line, *headers)
    assert (said.status, said.headers["cache-control"]) == (status, "no-store")
    assert [value for name, value in said.every if name == "x-content-type-options"] == ["nosniff"]


async def test_a_body_that_is_too_large_is_refused_and_kept_by_nobody(base):
    said = await ask(base, "POST /taken HTTP/1.1", "Content-Length: 200", "", "a" * 200)
    assert (said.status, said.headers["cache-control"]) == (413, "no-store")


@pytest.mark.parametrize(
    ("path", "keep"), [("a/i1.html", "public, max-age=60"), (FILM, "public, max-age=86400")]
)
async def test_what_a_handler_says_of_a_page_stands(base, path, keep):
    said = await ask(base, f"GET /{path} HTTP/1.1")
    assert (said.status, said.headers["cache-control"]) == (200, keep)


@pytest.mark.parametrize("line", ["GARBAGE", "GET /broken HTTP/1.1"])
async def test_what_is_no_request_and_what_breaks_is_told_in_a_sentence_without_a_trace(base, line):
    said: Said = await ask(base, line)
    assert said.headers["content-type"] == "text/html; charset=utf-8"
    assert "请" in said.body.decode()
    assert "foresaw" not in said.body.decode()
    assert "GARBAGE" not in said.body.decode()


@pytest.mark.parametrize(
    ("part", "what_for"),
    [
        ("_current_request", "whose body still wants, and who is busy: `_Line.lacks_body`, `_Line.business`"),
        ("_reading_paused", "whether we are ready to take more of a body: `_Line.lacks_body`"),
        ("_next_keepalive_close_time", "when the last whole request ended: `_Line.business`"),
    ],
)
def test_a_connection_of_aiohttp_still_has_the_part_of_its_own_that_ours_reads(part: str, what_for: str):
    assert part in _slots_of(web.RequestHandler), (
        f"aiohttp has no {part} any more; server/runner.py reads {what_for}"
    )


async def test_a_server_of_aiohttp_is_still_made_of_what_ours_takes_along():
    made = web.Server(say_nothing, access_log=None)
    assert made._kwargs == {"access_log": None}, "aiohttp keeps the settings of connections elsewhere"
    assert not made._connections, "aiohttp keeps its connections elsewhere; server/runner.py counts them"
    assert callable(web.AppRunner._make_server), "aiohttp makes its server elsewhere than in _make_server"


def _slots_of(kind: type) -> set[str]:
    return {name for one in kind.__mro__ for name in getattr(one, "__slots__", ())}


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Caller = Callable[[bytes], Awaitable[Line]]
HALF = b"GET /silent HTTP/1.1\r\nHost: x\r\n"
BEGUN = b"POST /taken HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\na"


@asynccontextmanager
async def served(patience: Patience) -> AsyncIterator[Caller]:
    """Serve, and give what opens a connection and begins with some bytes."""
    app = web.Application()
    app.router.add_get("/silent", say_nothing)
    app.router.add_post("/taken", take)
    runner, port = Runner(app, shutdown_timeout=1, patience=patience), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    lines: list[Line] = []

    async def call(begin: bytes) -> Line:
        line = await asyncio.open_connection("127.0.0.1", port)
        lines.append(line)
        line[1].write(begin)
        await line[1].drain()
        return line

    yield call
    for _reader, writer in lines:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    await runner.cleanup()


async def is_ended(line: Line) -> bool:
    """Wait until the server ends a connection without a word; the test fails when it never does."""
    async with asyncio.timeout(20):
        try:
            return await line[0].read() == b""
        except ConnectionResetError:
            return True


async def answers(line: Line) -> bool:
    line[1].write(HALF + b"\r\n")
    async with asyncio.timeout(20):
        return (await line[0].readline()).endswith(b"200 OK\r\n")


async def bring(line: Line, piece: bytes, call: Caller) -> None:
    """Send a piece, and wait until the server has it: it has answered somebody who came later."""
    line[1].write(piece)
    assert await answers(await call(b""))


@pytest.fixture
async def pass_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Awaitable[None]]:
    """Let seconds go by on the loop's own clock: the pace of who sends is told, and nobody's luck."""
    loop, passed = asyncio.get_running_loop(), 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + passed)

    async def go_on(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        for _turn in range(2):  # what is due now is begun in the one, and done by the other
            await asyncio.sleep(0)

    return go_on


@pytest.mark.parametrize("begin", [b"", HALF])
async def test_a_connection_that_brings_no_whole_request_ends(begin: bytes):
    async with served(Patience(idle=0.2)) as call:
        assert await is_ended(await call(begin))


async def test_a_body_that_comes_drop_by_drop_ends_its_connection(pass_by):
    async with served(Patience()) as call:
        line = await call(BEGUN)
        for _look in range(2):
            await bring(line, b"a", call)
            await pass_by(Patience().look)
        assert await is_ended(line)


async def test_a_body_that_comes_slowly_but_comes_is_taken(pass_by):
    async with served(Patience()) as call:
        line = await call(BEGUN)
        for _look in range(11):
            await bring(line, b"a" * 9090, call)
            await pass_by(Patience().look)
        line[1].write(b"a" * 9)
        async with asyncio.timeout(20):
            assert (await line[0].readline()).endswith(b"200 OK\r\n")


@pytest.mark.parametrize("begin", [b"", HALF, BEGUN])
async def test_those_who_only_hold_the_door_lock_nobody_out(begin: bytes):
    """Three times as many come as there is room for, and whoever asks is answered."""
    async with served(Patience(most=20)) as call:
        first = await call(begin)
        for number in range(60):
            await call(begin)
            if number % 5 == 0:
                assert await answers(await call(b""))
        assert await answers(await call(b""))
        assert await is_ended(first)


def test_there_is_room_for_our_own_files_beside_the_connections():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = room_for_connections(10**9)
    assert most < resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= hard
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= soft
    assert room_for_connections(50) == 50


async def test_who_hangs_up_in_the_middle_of_a_form_is_no_error_of_ours(caplog: pytest.LogCaptureFixture):
    async with served(Patience()) as call:
        _reader, writer = await call(BEGUN)
        assert await answers(await call(b""))  # the half form has been begun by now
        writer.transport.abort()
        for _ in range(3):
            assert await answers(await call(b""))
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []
