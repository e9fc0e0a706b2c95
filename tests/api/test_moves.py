"""Addresses that have moved: the table, and where a reader who comes by an old one is led."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from server.public.finding import moved_to
from server.public.site import add_site
from tests.api.conftest import Office

TABLE = "/api/v1/redirects"


async def move(office: Office, address: str, target: str) -> int:
    return (await office.post(TABLE, {"address": address, "target": target}, by="admin")).status


async def answer(office: Office, root: Path, path: str) -> tuple[int, str | None, str | None]:
    """Ask the public site; give status, where it leads, and how long that may be kept."""
    app = web.Application()

    async def moved(addresses: tuple[str, ...]) -> str | None:
        return await moved_to(office.house.store, addresses)

    add_site(app, root, moved)
    async with (
        TestServer(app) as server,
        ClientSession() as session,
        session.get(server.make_url("/").join(server.make_url(path)), allow_redirects=False) as got,
    ):
        return got.status, got.headers.get("Location"), got.headers.get("Cache-Control")


async def test_an_old_address_leads_to_the_new_one_for_a_day_at_most(office: Office, tmp_path: Path):
    assert await move(office, "/zwgk/123.shtml", "/a/x.html") == 201
    assert await answer(office, tmp_path, "/zwgk/123.shtml") == (301, "/a/x.html", "public, max-age=86400")


async def test_an_old_address_with_a_question_is_told_from_its_sisters(office: Office, tmp_path: Path):
    await move(office, "/view.aspx?id=12", "/a/twelve.html")
    assert (await answer(office, tmp_path, "/view.aspx?id=12"))[:2] == (301, "/a/twelve.html")
    assert (await answer(office, tmp_path, "/view.aspx?id=13"))[0] == 404


async def test_an_old_address_takes_what_was_hung_on_it(office: Office, tmp_path: Path):
    await move(office, "/old.html", "/new.html")
    assert (await answer(office, tmp_path, "/old.html?from=singlemessage"))[:2] == (301, "/new.html")


async def test_a_page_that_stands_is_never_led_away_from(office: Office, tmp_path: Path):
    await asyncio.to_thread((tmp_path / "here.html").write_text, "x")
    await move(office, "/here.html", "/away.html")
    assert (await answer(office, tmp_path, "/here.html"))[0] == 200


async def test_two_moves_are_one_step(office: Office, tmp_path: Path):
    await move(office, "/first.html", "/second.html")
    await move(office, "/second.html", "/third.html")
    assert (await answer(office, tmp_path, "/first.html"))[1] == "/third.html"
    await move(office, "/zero.html", "/first.html")
    assert (await answer(office, tmp_path, "/zero.html"))[1] == "/third.html"


async def test_a_circle_is_refused(office: Office):
    await move(office, "/one.html", "/two.html")
    reply = await office.post(TABLE, {"address": "/two.html", "target": "/one.html"}, by="admin")
    assert (reply.status, "死循环" in reply.text) == (422, True)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("zwgk.html", "/a"), ("//evil.example", "/a"), ("/", "/a"), ("/a b", "/c"), ("/a", "javascript:x"),
        ("/a", "//evil.example"), ("/a", "/b\r\nSet-Cookie: x"), ("/a", "https://u:p@x.cn/"),
        ("/" + "a" * 500, "/b"),
    ],
)  # fmt: skip
async def test_what_is_no_address_is_refused(office: Office, address: str, target: str):
    assert await move(office, address, target) == 422


async def test_the_table_is_read_page_by_page(office: Office):
    for name in "abc":
        await move(office, f"/{name}.html", "/x.html")
    first = (await office.get(f"{TABLE}?limit=2")).json
    second = (await office.get(f"{TABLE}?limit=2&after={first['next']}")).json
    assert [line["address"] for line in first["redirects"]] == ["/a.html", "/b.html"]
    assert ([line["address"] for line in second["redirects"]], second["next"]) == (["/c.html"], None)


async def test_an_address_is_taken_out(office: Office, tmp_path: Path):
    await move(office, "/old.html", "/new.html")
    assert (await office.post(f"{TABLE}/remove", {"address": "/old.html"}, by="admin")).status == 204
    assert (await answer(office, tmp_path, "/old.html"))[0] == 404
    assert (await office.post(f"{TABLE}/remove", {"address": "/old.html"}, by="admin")).status == 422


async def test_only_who_manages_accounts_moves_addresses(office: Office):
    assert (await office.post(TABLE, {"address": "/a.html", "target": "/b.html"}, by="author")).status == 403
