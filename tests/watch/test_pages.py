"""Our own pages are opened, and what is wrong is mended or told: one engine is enough for what is seen."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import chain

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.addresses import page_path
from channels.item import Site
from server.store.alerts import list_alerts
from server.store.page_checks import take_live_pages
from server.store.tables import stale_page
from server.watch.alerts import watch
from server.watch.pages import check_pages, check_wrong_pages
from tests.house import SITE, House


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("sqlite_template")
    return str(request.param)


class Pages:
    """A public site: texts by path, and how often each path was asked for."""

    def __init__(self) -> None:
        self.site: Site = SITE
        self.text, self.asked, self.status = dict[str, str](), list[str](), 200

    def show(self, item: str, more: str = "") -> None:
        path = page_path(item)
        self.text[path] = f'<link rel="canonical" href="{self.site.url}/{path}">{more}'


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    opened = Pages()

    async def show(request: web.Request) -> web.Response:
        path = request.path.lstrip("/")
        opened.asked.append(f"{request.method} {path}")
        if opened.status != 200:
            return web.Response(status=opened.status)
        text = opened.text.get(path)
        return web.Response(status=404) if text is None else web.Response(text=text)

    app = web.Application()
    app.router.add_get("/{path:.*}", show)
    server = TestServer(app)
    await server.start_server()
    opened.site = replace(SITE, url=str(server.make_url("")).rstrip("/"))
    yield opened
    await server.close()


async def look(house: House, pages: Pages, limit: int = 100) -> int:
    return await check_pages(house.store, pages.site, house.http, at=house.now(), limit=limit)


async def look_again(house: House, pages: Pages) -> int:
    house.now.move(minutes=5)
    return await check_wrong_pages(house.store, pages.site, house.http, at=house.now())


async def told(house: House) -> list[tuple[str | None, str]]:
    await watch(house.store, SITE, at=house.now())
    async with house.store.read() as tx:
        seen = await list_alerts(tx, limit=50)
    return [(one.alert.item_id, one.alert.message) for one in seen if one.alert.key.startswith("page:")]


async def stale(house: House) -> int:
    async with house.store.read() as tx:
        return len((await tx.execute(stale_page.select())).all())


async def test_a_page_that_is_missing_is_written_again_and_told_only_if_it_stays_missing(
    house: House, pages: Pages
):
    made = await house.published()
    await house.run_until_quiet()
    assert await look(house, pages) == 1
    assert await stale(house) == 1
    assert await told(house) == []
    assert await look_again(house, pages) == 1
    house.now.move(minutes=6)
    assert await told(house) == [(made.id, "网页打不开：服务器回答 404")]
    pages.show(made.id)
    assert await look_again(house, pages) == 1
    assert await told(house) == []
    assert await look_again(house, pages) == 0


async def test_a_link_within_the_site_that_leads_nowhere_is_named_and_asked_for_once(
    house: House, pages: Pages
):
    one, two = await house.published(), await house.published(document_number=None)
    more = '<a href="/m/表.pdf#p2">表</a><a href="//elsewhere.invalid/x"><a href="https://elsewhere.invalid/"></a>'
    for item in (one, two):
        pages.show(item.id, more)
    await look(house, pages)
    assert pages.asked.count("HEAD m/表.pdf") == 1
    house.now.move(minutes=11)
    sentence = f"网页里的链接打不开：{pages.site.url}/m/表.pdf（服务器回答 404）"
    assert {words for _item, words in await told(house)} == {sentence}
    pages.text["m/表.pdf"] = "%PDF"
    await look_again(house, pages)
    assert await told(house) == []


async def test_another_page_under_the_address_is_noticed(house: House, pages: Pages):
    made = await house.published()
    pages.text[page_path(made.id)] = "<p>别的</p>"
    await look(house, pages)
    house.now.move(minutes=11)
    assert [words for _item, words in await told(house)] == ["网页的地址下不是这篇稿件"]


async def test_while_the_site_does_not_answer_nothing_is_said_of_any_page(house: House, pages: Pages):
    await house.published()
    pages.status = 502
    assert await look(house, pages) == 0
    house.now.move(minutes=11)
    assert (await told(house), await stale(house)) == ([], 0)


async def test_a_long_archive_takes_several_nights_and_begins_anew(house: House, pages: Pages):
    made = [(await house.published(document_number=None)).id for _n in range(5)]
    for item in made:
        pages.show(item)
    nights = []
    for _night in range(4):
        pages.asked.clear()
        await look(house, pages, limit=2)
        nights.append(sorted(pages.asked))
    everything = sorted(f"GET {page_path(item)}" for item in made)
    assert sorted(chain.from_iterable(nights[:3])) == everything
    assert nights[3] == nights[0]


async def test_what_was_withdrawn_is_looked_at_no_more(house: House, pages: Pages):
    made = await house.published()
    await look(house, pages)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert await look_again(house, pages) == 0
    house.now.move(minutes=11)
    assert await told(house) == []
    async with house.store.read() as tx:
        assert await take_live_pages(tx, 10) == ()
