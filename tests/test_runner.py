"""Every answer says whether it may be kept, also those that no handler of ours gave."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from channels.docroot import FolderRoot
from server.public.site import add_site
from server.runner import Runner
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
