"""Search and catalogue as pages: without any script, in words a reader understands."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode

import feedparser
import lxml.html
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.api.routes import add_api
from server.core.catalogue import read_changes
from server.parts import PARTS
from server.public.finding import add_finding
from server.store import catalogue
from server.store import search as words
from tests.api.conftest import Office, engine, office, site
from tests.channels.feed_judge import judge

__all__ = ["engine", "office", "site"]


@pytest.fixture
async def reader(office: Office) -> AsyncIterator["Reader"]:
    app = web.Application()
    app[PARTS] = office.parts
    add_api(app)
    add_finding(app)
    async with TestClient(TestServer(app)) as client:
        yield Reader(office, client)


class Reader:
    """A reader with a browser that runs nothing."""

    def __init__(self, office: Office, client: TestClient) -> None:
        self.office, self.client = office, client

    async def publish(self, **changes: object) -> str:
        self.office.house.now.move(minutes=1)
        made = await self.office.house.published(**changes)
        await read_changes(self.office.house.place)
        return made.id

    async def page(self, path: str, status: int = 200) -> lxml.html.HtmlElement:
        async with self.client.get(path) as answer:
            assert answer.status == status
            self.headers = answer.headers.copy()
            return lxml.html.document_fromstring(await answer.text())


def titles(page: lxml.html.HtmlElement) -> list[str]:
    return [h2.text_content().strip() for h2 in page.xpath("//ul[@class='hits']//h2")]


async def test_a_search_that_read_the_newest_lines_alone_says_so(reader, monkeypatch: pytest.MonkeyPatch):
    for title in ("医保缴费", "旅游旺季", "低保标准"):
        await reader.publish(title=title, body_html="<p>正文。</p>")
    monkeypatch.setattr(words, "_COMMON", 0)
    monkeypatch.setattr(catalogue, "_NEAR", 1)
    monkeypatch.setattr(catalogue, "FARTHEST", 1)
    page = await reader.page("/search?q=医保")
    told = page.xpath("string(//p[@class='found'])")
    assert "条内容里找到 0 条；要找更早的" in told
    assert titles(await reader.page("/search?q=低保")) == ["低保标准"]


async def test_two_characters_are_found_and_marked(reader):
    await reader.publish(title="低保标准提高", body_html="<p>医保待遇不变。</p>")
    page = await reader.page("/search?q=医保")
    assert titles(page) == ["低保标准提高"]
    assert page.xpath("//mark/text()") == ["医保"]


@pytest.mark.parametrize("path", ["/search", "/catalogue"])
async def test_the_form_is_answered_as_it_stands_with_nothing_chosen(reader, path):
    await reader.publish(title="医保缴费")
    form = (await reader.page(path)).xpath("//form[@class='filters']")[0]
    untouched = {
        **{one.name: one.value or "" for one in form.xpath(".//select|.//input[@name]")},
        "q": "医保",
    }
    assert {"year", "org"} <= untouched.keys()
    assert titles(await reader.page(f"{path}?{urlencode(untouched)}")) == ["医保缴费"]


async def test_a_field_in_which_nothing_can_be_seen_narrows_nothing(reader):
    await reader.publish(title="医保缴费")
    for name in ("year", "statutory", "org", "kind", "column", "topic", "number"):
        for nothing in ("", "%00", "%E2%80%AE"):
            assert titles(await reader.page(f"/catalogue?{name}={nothing}")) == ["医保缴费"], (name, nothing)


async def test_finding_nothing_says_what_to_do(reader):
    page = await reader.page("/search?q=不存在的词")
    assert "没有找到含有“不存在的词”的内容" in page.text_content()


async def test_an_empty_search_is_just_the_form(reader):
    page = await reader.page("/search")
    assert page.xpath("//form[@class='filters']//input[@name='q']")
    assert not page.xpath("//*[@role='status']")


async def test_a_question_that_is_too_long_comes_back_to_be_shortened(reader):
    asked = "医保" * 150
    page = await reader.page(f"/search?q={asked}&year=2026")
    assert page.xpath("//form[@class='filters']//input[@name='q']/@value") == [asked]
    assert "最多 60 个字，现在有 300 个" in page.xpath("string(//*[@role='status'])")
    assert page.xpath("//form[@class='filters']//select[@name='year']")
    await reader.page(f"/feed/search.rss?q={asked}", 400)


async def test_a_catalogue_that_has_nothing_for_a_question_says_so_and_leads_back(reader):
    page = await reader.page("/catalogue?number=没有这个文号")
    told = page.xpath("//*[@role='status']")[0]
    assert "没有符合这些条件的公开信息" in told.text_content()
    assert told.xpath(".//a/@href") == ["/catalogue"]


async def test_what_was_asked_cannot_become_part_of_the_page(reader):
    page = await reader.page('/search?q="><script>alert(1)</script>')
    assert page.xpath("//script[not(@src)]") == []
    assert page.xpath("//input[@name='q'][@class or @value]/@value")[-1].startswith('"><script>')


async def test_the_catalogue_shows_index_number_and_document_number(reader):
    await reader.publish(document_number="某政办发〔2026〕7号")
    words = (await reader.page("/catalogue")).xpath("string(//ul[@class='hits'])")
    assert "某政办发〔2026〕7号" in words
    assert "/2026-00001" in words


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("year=2026", 2), ("year=2025", 0), ("topic=民政", 1), ("kind=notice", 1), ("statutory=1", 1),
        ("number=[2026]7", 1), ("org=", 2), ("org=nobody", 0),
    ],
)  # fmt: skip
async def test_the_catalogue_is_narrowed(reader, query, found):
    await reader.publish(title="甲", document_number="某政办发〔2026〕7号", statutory=(1, 11))
    await reader.publish(title="乙", kind="notice", column="tzgg", topic=None, document_number=None)
    assert len(titles(await reader.page(f"/catalogue?{query}"))) == found


async def test_one_leafs_through_the_catalogue(reader):
    for number in range(22):
        await reader.publish(title=f"第{number}篇")
    first = await reader.page("/catalogue?kind=policy")
    following = first.xpath("//a[@rel='next']/@href")[0]
    second = await reader.page(following)
    assert [len(titles(first)), len(titles(second))] == [20, 2]
    assert second.xpath("//select[@name='kind']/option[@selected]/@value") == ["policy"]


@pytest.mark.parametrize("query", ["year=abc", "page=0", "page=501", "statutory=16", "kind=poem"])
async def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(reader, query):
    page = await reader.page(f"/catalogue?{query}", 400)
    assert "条件不正确" in page.text_content()
    assert reader.headers["Cache-Control"] == "no-store"


async def test_a_page_made_when_asked_may_be_kept_a_minute_and_runs_nothing_of_others(reader):
    await reader.page("/catalogue")
    assert reader.headers["Cache-Control"] == "public, max-age=60"
    assert "script-src 'self'" in reader.headers["Content-Security-Policy"]
    assert reader.headers["ETag"]


async def test_a_search_can_be_subscribed_to_in_every_format(reader):
    await reader.publish(title="医保缴费")
    page = await reader.page("/search?q=医保")
    offered = dict(
        zip(*(page.xpath(f"//link[@rel='alternate']/@{name}") for name in ("type", "href")), strict=True)
    )
    assert list(offered) == ["application/rss+xml", "application/atom+xml", "application/feed+json"]
    assert page.xpath("//main//a[contains(@href, '/feed/search.')]/@href") == list(offered.values())
    for type_, href in offered.items():
        async with reader.client.get(href.removeprefix("http://site.invalid")) as answer:
            body = await answer.read()
            assert answer.content_type == type_
        assert judge(body, now=reader.office.house.now() + timedelta(days=1)) == []
        read = feedparser.parse(body)
        if type_.endswith("xml"):
            assert [entry.title for entry in read.entries] == ["医保缴费"]
            assert [link.href for link in read.feed.links if link.rel == "self"] == [href]
