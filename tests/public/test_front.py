"""deploy/nginx.conf before a document root: what it remembers for a second, and what it never opens."""

import asyncio
import resource
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.public.site import add_site
from server.runner import say_whether_kept
from tests.bench.front import ours, settings
from tests.bench.reading import free_port, running_server
from tests.public import wire as hand

pytestmark = [pytest.mark.slow, pytest.mark.needs("nginx")]
_PATIENCE = 10.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "feed").mkdir(parents=True)
    (folder / "feed" / "site.rss").write_text("<rss/>")
    (folder / "a.html").write_text("one")
    return folder


@pytest.fixture
def behind() -> int:
    """The port of the server behind, where nobody listens until a test does."""
    return free_port()


@pytest.fixture
def front(root: Path, tmp_path: Path, behind: int) -> Iterator[str]:
    port = free_port()
    nginx = shutil.which("nginx") or ""
    text = ours(port, root).replace("server 127.0.0.1:9;", f"server 127.0.0.1:{behind};")
    with running_server([nginx, "-c", str(settings(tmp_path / "nginx", text))], port):
        yield f"http://127.0.0.1:{port}"


def ask(url: str, **headers: str) -> tuple[int, bytes, str]:
    wanted = urllib.request.Request(
        url, headers={name.replace("_", "-"): one for name, one in headers.items()}
    )
    try:
        with urllib.request.urlopen(wanted) as told:
            return told.status, told.read(), told.headers.get("Link", "")
    except urllib.error.HTTPError as refused:
        return refused.code, b"", ""


def until(url: str, old: tuple[int, bytes]) -> tuple[tuple[int, bytes], float]:
    """Ask until something else comes than what was there; give it, and how long that took."""
    began = time.monotonic()
    while (seen := ask(url)[:2]) == old and time.monotonic() - began < _PATIENCE:
        time.sleep(0.05)
    return seen, time.monotonic() - began


def test_a_page_written_anew_is_seen_within_two_seconds(front: str, root: Path):
    assert ask(f"{front}/a.html")[:2] == (200, b"one")
    (root / "new").write_text("two")
    (root / "new").replace(root / "a.html")
    seen, took = until(f"{front}/a.html", (200, b"one"))
    assert (seen, took < 2) == ((200, b"two"), True)


def test_a_link_in_a_pages_place_is_never_opened_however_often_the_page_was_asked_for(
    front: str, root: Path, tmp_path: Path
):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (root / "link.html").symlink_to(secret)
    assert ask(f"{front}/link.html")[0] == 502  # it is left to the server, and none stands here
    assert ask(f"{front}/a.html")[:2] == (200, b"one")
    (root / "a.html").unlink()
    (root / "a.html").symlink_to(secret)
    assert until(f"{front}/a.html", (200, b"one"))[0] == (502, b"")


def test_while_the_server_behind_is_away_a_reader_is_told_so_and_keeps_nothing(front: str):
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(f"{front}/search?q=x")
    assert (told.value.status, told.value.headers["Cache-Control"]) == (502, "no-store")
    assert "请过一会儿再试" in told.value.read().decode()
    assert ask(f"{front}/a.html")[:2] == (200, b"one")


def test_what_the_writer_notes_for_itself_is_no_page(front: str, root: Path):
    for name in ("1.now", "x.uses", "a.html.gz", ".lock"):
        (root / name).write_text("noted")
        assert ask(f"{front}/{name}")[0] == 404


def test_a_folder_is_found_with_and_without_its_stroke(front: str, root: Path):
    (root / "gk").mkdir()
    (root / "gk" / "index.html").write_text("section")
    assert (ask(f"{front}/gk/")[:2], ask(f"{front}/gk")[:2]) == ((200, b"section"), (200, b"section"))


@pytest.fixture
def few_open_files() -> Iterator[None]:
    """What a service may open where nobody raised it, for whatever starts meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_whoever_asks_for_every_page_in_turn_gets_them_all(few_open_files: None, front: str, root: Path):
    for number in range(1200):
        (root / f"{number}.html").write_text(str(number))
    statuses = {ask(f"{front}/{number}.html")[0] for number in range(1200)}
    assert statuses == {200}


def test_how_the_machines_behind_are_is_told_to_nobody(front: str):
    assert ask(f"{front}/readyz")[0] == 404


def test_behind_a_proxy_that_ends_tls_the_hub_is_named_by_https_and_by_nothing_else(front: str):
    here = front.removeprefix("http://").partition(":")[0]
    for told, scheme in (("http", "http"), ("https", "https"), ('x>; rel="self"', "http")):
        link = ask(f"{front}/feed/site.rss", X_Forwarded_Proto=told)[2]
        assert link.startswith(f'<{scheme}://{here}/hub>; rel="hub", <{scheme}://{here}/feed/site.rss>')


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ("GARBAGE", (), 400),
        ("GET /a.html HTTP/1.1", ("Host: b",), 400),  # a second one
        ("GET /a.html HTTP/1.1", ("X-Long: " + "a" * 40_000,), 400),
        ("GET /" + "a" * 40_000 + " HTTP/1.1", (), 414),
        ("TRACE / HTTP/1.1", (), 405),
        ("POST /console/items HTTP/1.1", ("Content-Length: 99999999",), 413),
        ("POST /console/items HTTP/1.1", ("Transfer-Encoding: unheard-of",), 501),
        ("GET /a.html HTTP/9.1", (), 505),
        ("GET /a.html HTTP/1.1", ('If-Match: "another"',), 412),
        ("GET /readyz HTTP/1.1", (), 404),
        ("GET /refused-by-nginx HTTP/1.1", (), 404),
        ("GET /a.html.gz HTTP/1.1", (), 404),
        ("GET /nothing.html HTTP/1.1", (), 502),
        ("GET /api/v1/public/items HTTP/1.1", (), 502),
        ("GET /healthz HTTP/1.1", (), 502),
        ("POST /a.html HTTP/1.1", ("Content-Length: 0",), 502),
    ],
)
async def test_what_nginx_refuses_is_kept_by_nobody(
    front: str, line: str, headers: tuple[str, ...], status: int
):
    told = await hand.ask(front, line, *headers)
    assert (told.status, _said_of(told)) == (status, (["no-store"], ["nosniff"]))
    assert ("请求" in told.body.decode()) == (status in (400, 413, 414, 501, 505))


def _said_of(told: hand.Said) -> tuple[list[str], list[str]]:
    """Give whether an answer may be kept, and whether it is what it says, as often as it stands there."""
    names = ("cache-control", "x-content-type-options")
    kept, kind = [[value for name, value in told.every if name == wanted] for wanted in names]
    return kept, kind


async def test_a_part_that_a_film_does_not_have_is_kept_by_nobody_and_a_page_comes_whole(
    front: str, root: Path
):
    await asyncio.to_thread((root / "m").mkdir)
    await asyncio.to_thread((root / "m" / "film.mp4").write_bytes, b"0123456789")
    part, beyond, page = [
        await hand.ask(front, f"GET /{path} HTTP/1.1", f"Range: bytes={wanted}")
        for path, wanted in (("m/film.mp4", "2-4"), ("m/film.mp4", "50-60"), ("a.html", "50-60"))
    ]
    assert (part.status, part.body, part.headers["cache-control"]) == (206, b"234", "public, max-age=86400")
    # nginx has said what holds for the film before it misses the part in it: the stricter word wins.
    kept, kind = _said_of(beyond)
    assert (beyond.status, kept[-1], set(kind)) == (416, "no-store", {"nosniff"})
    assert (page.status, page.body) == (200, b"one")


@pytest.mark.parametrize(("line", "status"), [("GET /no.html HTTP/1.1", 404), ("POST /a.html HTTP/1.1", 405)])
async def test_what_the_server_refuses_says_once_that_nobody_keeps_it(
    front: str, behind: int, root: Path, line: str, status: int
):
    app = web.Application()
    add_site(app, root)
    app.on_response_prepare.append(say_whether_kept)
    async with TestServer(app, port=behind):
        told = await hand.ask(front, line, "Content-Length: 0")
    assert (told.status, _said_of(told)) == (status, (["no-store"], ["nosniff"]))
