"""The server over a real document root: what goes out, with which headers, and what does not."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from channels.docroot import FolderRoot
from server.public.site import add_practice_site, add_site
from tests.channels.public_site import PublicSite, a_public_site
from tests.public.wire import ask

POLICY = "Content-Security-Policy"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PublicSite]:
    async with a_public_site(tmp_path / "public") as made:
        yield made


async def put(site: PublicSite, path: str, body: bytes = b"<p>" + b"a" * 4000) -> None:
    await site.tools.root.put(path, body)


async def fetch(site: PublicSite, path: str, **headers: str):
    sent = {"Accept-Encoding": "identity"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    url = f"{site.tools.site.url}/{path}"
    async with site.session.get(url, headers=sent, allow_redirects=False) as answer:
        return answer, await answer.read()


async def status(site: PublicSite, target: str) -> int:
    """Give the status of a target sent as it stands: a client library would tidy it up first."""
    return (await ask(site.tools.site.url, f"GET {target} HTTP/1.1")).status


async def test_a_page_goes_out_as_it_stands(site):
    await put(site, "a/i1.html", b"<p>page</p>")
    answer, body = await fetch(site, "a/i1.html")
    assert (answer.status, answer.headers["Content-Type"], body) == (
        200,
        "text/html; charset=utf-8",
        b"<p>page</p>",
    )


@pytest.mark.parametrize("target", ["column/zwdt/", "column/zwdt"])
async def test_a_folder_answers_with_its_page(site, target):
    await put(site, "column/zwdt/index.html", b"<p>list</p>")
    assert (await fetch(site, target))[1] == b"<p>list</p>"


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/a/..%2f..%2fsecret.html",
        "/a/../../secret.html",
        "//secret.html",
        "/.secret.html",
        "/a/.hidden/x.html",
        "/a\\..\\secret.html",
        "/a/%00.html",
        "/a/i1.html.gz",
        "/a/i1.html.br",
        "/a/i1.gone",
        "/a/script.php",
        "/a/%ff%fe.html",
        "/a/%ed%a0%80.html",
        "/a/%c0%ae%c0%ae/secret.html",
        "/%252e%252e/secret.html",
        "/a/i1.html/",
        "/feed/site/1.now",
        "/m/x.png.uses",
        "/" + "a" * 3000 + ".html",
    ],
)
async def test_what_is_no_page_is_not_there(site, tmp_path, target):
    await put(site, "a/i1.html")
    await put(site, "a/i1.gone")
    await asyncio.to_thread((tmp_path / "secret.html").write_text, "secret")
    assert await status(site, target) == 404


async def test_a_link_that_leads_out_of_the_root_is_no_page(site, tmp_path):
    await put(site, "a/i1.html")
    await asyncio.to_thread((tmp_path / "secret.html").write_text, "secret")
    await asyncio.to_thread(os.symlink, tmp_path / "secret.html", site.folder / "a/link.html")
    assert (await fetch(site, "a/link.html"))[0].status == 404


async def test_only_reading_is_allowed(site):
    await put(site, "a/i1.html")
    for method in ("POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"):
        async with site.session.request(method, f"{site.tools.site.url}/a/i1.html") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
            assert answer.headers["Cache-Control"] == "no-store"


async def test_a_page_of_somebody_else_may_ask_whether_it_has_a_feed_already(site):
    await put(site, "feed/site.json")
    async with site.session.options(f"{site.tools.site.url}/feed/site.json") as answer:
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
        assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", ["a/none.html", "a/i1.html"])
async def test_what_is_not_there_is_told_anew_whatever_a_client_has(site, path):
    await put(site, "a/i1.gone", "<p>已撤回</p>".encode())
    for condition in ({"If_None_Match": "*"}, {"If_Modified_Since": "Mon, 01 Jan 2035 00:00:00 GMT"}):
        answer, body = await fetch(site, path, **condition)
        assert answer.status == (410 if path == "a/i1.html" else 404)
        assert body


async def test_a_slow_client_holds_up_nobody(site):
    await put(site, "index.html", b"<p>home</p>")
    url = URL(site.tools.site.url)
    slow = [await asyncio.open_connection(url.host, url.port) for _client in range(40)]
    for _reader, writer in slow:  # half a request each
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        await writer.drain()
    async with asyncio.timeout(20):
        found = await asyncio.gather(*(fetch(site, "") for _client in range(20)))
    assert {(answer.status, body) for answer, body in found} == {(200, b"<p>home</p>")}
    for _reader, writer in slow:
        writer.close()


async def test_head_answers_without_a_body(site):
    await put(site, "a/i1.html", b"<p>page</p>")
    async with site.session.head(f"{site.tools.site.url}/a/i1.html") as answer:
        assert (answer.status, answer.headers["Content-Length"], await answer.read()) == (200, "11", b"")


# --- encodings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("identity", None),
        ("gzip;q=nonsense", None),
        ("zstd", None),
    ],
)
async def test_a_page_goes_out_in_the_encoding_the_client_likes_best(site, accepted, encoding):
    await put(site, "a/i1.html")
    answer = await ask(site.tools.site.url, "GET /a/i1.html HTTP/1.1", f"Accept-Encoding: {accepted}")
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_the_packed_page_unpacks_to_the_page(site):
    await put(site, "a/i1.html", "全旗".encode() * 3000)
    answer = await ask(site.tools.site.url, "GET /a/i1.html HTTP/1.1", "Accept-Encoding: gzip")
    assert gzip.decompress(answer.body) == "全旗".encode() * 3000


async def test_a_feed_that_its_writer_packed_quickly_is_packed_well_for_who_asks(site):
    await site.tools.root.put("feed/site.atom", "全旗".encode() * 3000, lasting=False)
    answer = await ask(site.tools.site.url, "GET /feed/site.atom HTTP/1.1", "Accept-Encoding: gzip, br")
    assert (answer.headers["content-encoding"], answer.headers["etag"][-4:]) == ("br", '-br"')
    assert brotli.decompress(answer.body) == "全旗".encode() * 3000


# --- what a client has already ------------------------------------------------------------------------


async def test_a_client_that_has_the_page_is_told_so(site):
    await put(site, "a/i1.html")
    answer, _ = await fetch(site, "a/i1.html")
    again, body = await fetch(site, "a/i1.html", If_None_Match=answer.headers["ETag"])
    assert (again.status, body) == (304, b"")


async def test_a_tag_of_one_encoding_names_the_same_version_in_another(site):
    await put(site, "a/i1.html")
    packed = await ask(site.tools.site.url, "GET /a/i1.html HTTP/1.1", "Accept-Encoding: gzip")
    assert packed.headers["etag"].endswith('-gzip"')
    assert (await fetch(site, "a/i1.html", If_None_Match=packed.headers["etag"]))[0].status == 304


async def test_a_changed_page_has_another_tag(site):
    await put(site, "a/i1.html", b"<p>one</p>")
    first, _ = await fetch(site, "a/i1.html")
    await put(site, "a/i1.html", b"<p>two</p>")
    # Past all caches, as the look whether a page is live asks: the server may keep a page for a second.
    known = {"If_None_Match": first.headers["ETag"], "Cache_Control": "no-cache"}
    second, body = await fetch(site, "a/i1.html", **known)
    assert (second.status, body) == (200, b"<p>two</p>")


async def test_a_date_that_is_none_gives_the_page(site):
    await put(site, "a/i1.html")
    assert (await fetch(site, "a/i1.html", If_Modified_Since="yesterday"))[0].status == 200


# --- headers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("index.html", "public, max-age=60"),
        ("feed/site.rss", "public, max-age=300"),
        ("static/a.css", "public, max-age=31536000, immutable"),
        ("m/x.png", "public, max-age=86400"),
        ("sw.js", "no-cache"),
    ],
)
async def test_every_file_says_how_long_it_may_be_kept(site, path, cache):
    await put(site, path)
    assert (await fetch(site, path))[0].headers["Cache-Control"] == cache


@pytest.mark.parametrize("path", ["index.html", "feed/site.atom", "m/x.bin", "nothing.html"])
async def test_every_answer_forbids_guessing_types_and_framing(site, path):
    if path != "nothing.html":
        await put(site, path)
    answer, _ = await fetch(site, path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers[POLICY]
    assert "script-src 'self'" in answer.headers[POLICY]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("feed/site.rss", "application/rss+xml; charset=utf-8"),
        ("feed/site.atom", "application/atom+xml; charset=utf-8"),
        ("feed/site.json", "application/feed+json; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("m/x.ofd", "application/octet-stream"),
    ],
)
async def test_each_kind_of_file_has_its_type(site, path, kind):
    await put(site, path)
    assert (await fetch(site, path))[0].headers["Content-Type"] == kind


@pytest.mark.parametrize("path", ["m/x.docx", "m/x.bin", "m/x.zip", "m/x.txt"])
async def test_a_file_that_is_no_page_is_saved_and_not_opened(site, path):
    await put(site, path)
    assert (await fetch(site, path))[0].headers["Content-Disposition"] == "attachment"


async def test_a_feed_can_be_read_from_other_sites_and_a_page_cannot(site):
    await put(site, "feed/site.json")
    await put(site, "index.html")
    headers = [(await fetch(site, path))[0].headers for path in ("feed/site.json", "index.html")]
    assert [h.get("Access-Control-Allow-Origin") for h in headers] == ["*", None]


# --- what is not there --------------------------------------------------------------------------------


async def test_a_missing_page_says_so_in_the_language_of_its_readers(site):
    answer, body = await fetch(site, "a/none.html")
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "找不到这个页面" in body.decode()


async def test_the_sites_own_page_for_what_is_missing_is_taken_where_it_stands(site):
    await put(site, "404.html", "<p>本站没有这一页</p>".encode())
    assert "本站没有这一页" in (await fetch(site, "a/none.html"))[1].decode()


async def test_a_withdrawn_page_answers_410_with_its_notice(site):
    await put(site, "a/i1.gone", "<p>已撤回</p>".encode())
    answer, body = await fetch(site, "a/i1.html")
    assert (answer.status, answer.headers["Cache-Control"]) == (410, "no-store")
    assert "已撤回" in body.decode()


# --- large files --------------------------------------------------------------------------------------


async def test_a_large_file_comes_whole(site):
    await put(site, "m/large.pdf", bytes(range(256)) * 8192)
    answer, body = await fetch(site, "m/large.pdf")
    assert (answer.status, len(body)) == (200, 256 * 8192)


async def test_a_film_can_be_asked_for_in_parts(site):
    await put(site, "m/film.mp4", b"0123456789")
    answer, body = await fetch(site, "m/film.mp4", Range="bytes=2-4")
    assert (answer.status, body) == (206, b"234")


async def test_the_practice_site_stands_in_its_folder_and_is_neither_kept_nor_found(tmp_path: Path):
    root, practice = FolderRoot(tmp_path / "site"), FolderRoot(tmp_path / "practice" / "site")
    await root.put("a/i1.html", b"<p>real</p>")
    await practice.put("a/i2.html", b"<p>rehearsed</p>")
    app = web.Application()
    add_practice_site(app, tmp_path / "practice" / "site")
    add_site(app, tmp_path / "site")
    async with TestClient(TestServer(app)) as client:
        for path, status in (("/practice/a/i2.html", 200), ("/practice/a/i1.html", 404)):
            async with client.get(path) as answer:
                assert answer.status == status
                assert "noindex" in answer.headers["X-Robots-Tag"]
                assert answer.headers["Cache-Control"] == "no-store"
        for path, status in (("/a/i1.html", 200), ("/a/i2.html", 404)):
            async with client.get(path) as answer:
                assert answer.status == status
                assert "X-Robots-Tag" not in answer.headers
