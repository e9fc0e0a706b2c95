"""The public pages are opened and read: one engine is enough for what is seen on them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.addresses import page_path
from channels.item import Site
from server.core.follow import bind
from server.store.followups import Follow
from server.store.links import list_wrong_links
from server.watch.links import check_links
from server.watch.overview import overview
from tests.house import SITE, House


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("sqlite_template")
    return str(request.param)


class Pages:
    """A public site whose pages a test writes."""

    def __init__(self, site: Site) -> None:
        self.site, self.text, self.read = site, dict[str, str](), 0

    def link(self, page: str, *to: str) -> None:
        self.text[page_path(page).removesuffix("index.html")] = "".join(
            f'<a href="/{page_path(one).removesuffix("index.html")}">x</a>' for one in to
        )


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async def show(request: web.Request) -> web.Response:
        opened.read += 1
        text = opened.text.get(request.path.lstrip("/"))
        return web.Response(status=404) if text is None else web.Response(text=text)

    app = web.Application()
    app.router.add_get("/{path:.*}", show)
    server = TestServer(app)
    await server.start_server()
    opened = Pages(replace(SITE, url=str(server.make_url("")).rstrip("/")))
    yield opened
    await server.close()


async def bound(house: House) -> tuple[str, str]:
    """A live document and its live interpretation."""
    source = await house.published()
    made = await house.item(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(made.id, source.id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(made.id)
    await house.run_until_quiet()
    return source.id, made.id


async def check(house: House, pages: Pages, **more: bool) -> list[str]:
    """Look at the pages some seconds later; give what is wrong."""
    house.now.move(seconds=5)
    await check_links(house.store, pages.site, house.http, at=house.now(), **more)
    async with house.store.read() as tx:
        return [one.trouble for one in await list_wrong_links(tx, since=house.now(), limit=10)]


async def share_linked(house: House) -> float | None:
    async with house.store.read() as tx:
        return (await overview(tx, 2026, None, today=house.now().date())).share_linked


async def test_two_pages_that_link_to_each_other_are_as_they_should_be(house: House, pages: Pages):
    source, interpretation = await bound(house)
    pages.link(source, interpretation)
    pages.link(interpretation, source)
    assert await check(house, pages) == []
    assert await share_linked(house) == 100.0


@pytest.mark.parametrize(
    ("forward", "backward", "trouble"),
    [
        (False, True, "原文的网页没有链接到解读"),
        (True, False, "解读的网页没有链接到原文"),
        (False, False, "原文的网页没有链接到解读"),
    ],
)
async def test_a_missing_link_is_named(
    house: House, pages: Pages, forward: bool, backward: bool, trouble: str
):
    source, interpretation = await bound(house)
    pages.link(source, *[interpretation] * forward)
    pages.link(interpretation, *[source] * backward)
    assert await check(house, pages) == [trouble]
    assert await share_linked(house) == 0.0


async def test_a_page_that_cannot_be_opened_is_named(house: House, pages: Pages):
    source, interpretation = await bound(house)
    pages.link(interpretation, source)
    assert await check(house, pages) == ["原文的网页打不开：服务器回答 404"]


async def test_a_link_to_a_withdrawn_page_is_named(house: House, pages: Pages):
    source, interpretation = await bound(house)
    pages.link(source, interpretation)
    pages.link(interpretation, source)
    await check(house, pages)
    await house.withdraw(interpretation)
    assert await check(house, pages) == ["网页仍链接着已经撤下的页面"]
    pages.link(source)
    house.now.move(minutes=2)
    assert await check(house, pages) == []


async def test_what_has_not_moved_is_not_looked_at_again_before_the_night(house: House, pages: Pages):
    source, interpretation = await bound(house)
    pages.link(source, interpretation)
    pages.link(interpretation, source)
    await check(house, pages)
    await check(house, pages)
    assert pages.read == 2
    await check(house, pages, all_pairs=True)
    assert pages.read == 4


async def test_what_is_wrong_is_looked_at_again_a_minute_later(house: House, pages: Pages):
    source, interpretation = await bound(house)
    pages.link(source)
    pages.link(interpretation, source)
    assert await check(house, pages) != []
    pages.link(source, interpretation)
    house.now.move(seconds=60)
    assert await check(house, pages) == []


async def test_since_when_it_is_wrong_is_kept(house: House, pages: Pages):
    await bound(house)
    await check(house, pages)
    first = house.now()
    house.now.move(minutes=5)
    await check(house, pages)
    async with house.store.read() as tx:
        (wrong,) = await list_wrong_links(tx, since=house.now(), limit=10)
    assert wrong.wrong_since == first
    assert house.now() - first > timedelta(minutes=5)
