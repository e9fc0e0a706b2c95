"""The practice site: loudly marked on every page, found by nobody, in nothing the same as the real one."""

from dataclasses import replace

import lxml.html
import pytest

from channels.addresses import Addresses
from channels.feeds.document import feed_document
from channels.item import PRACTICE_MARK, Entry, Override
from channels.website.frame import frame_files
from channels.website.pages import ListPage, Pages
from tests.channels.memory_shelf import a_content, a_site

REAL = a_site("https://www.example.gov.cn")
PRACTICE = REAL.world(True)
CONTENT = replace(
    a_content(), title=f"{PRACTICE_MARK}通知", url=f"{PRACTICE.url}/a/i1.html", practice=True,
    overrides=(Override("weibo", title="短标题"),),
)  # fmt: skip


def pages() -> dict[str, str]:
    """Give a page of each kind, by a name."""
    made = Pages(PRACTICE)
    frame = {path: body.decode() for path, body in frame_files(PRACTICE).items() if path.endswith(".html")}
    listing = ListPage("site", PRACTICE.name, "index.html", (CONTENT,), None, None, None)
    gone = made.gone(CONTENT, "演练撤回", CONTENT.published_at)
    return {**frame, "article": made.article(CONTENT), "list": made.listing(listing), "gone": gone}


@pytest.mark.parametrize("name", pages())
def test_every_page_says_that_it_is_practice_and_is_not_to_be_found(name: str):
    page = lxml.html.document_fromstring(pages()[name])
    assert "演练环境" in page.xpath("string(//p[@class='practice'])")
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.xpath("//link[@rel='canonical']") == []
    assert "【演练】" in page.xpath("string(//title)")
    # What would look through the real catalogue is not offered.
    assert page.xpath("//form[@role='search']") == []
    links = page.xpath("//header//a/@href") + page.xpath("//footer//a/@href")
    assert [link for link in links if not link.startswith(("/practice/", "#"))] == []


def test_no_page_of_the_real_site_knows_of_practice():
    for path, body in frame_files(REAL).items():
        assert b"practice/" not in body, path
        if path.endswith(".html"):
            assert "演练" not in body.decode()


def test_an_entry_and_a_feed_of_practice_have_ids_of_their_own_and_no_hub():
    real, practice = Addresses(REAL), Addresses(PRACTICE)
    assert real.entry_id("i1") != practice.entry_id("i1")
    assert real.feed_id("site") != practice.feed_id("site")
    feed = feed_document("site", "", PRACTICE, (Entry(CONTENT, 1, is_live=True),))
    assert (feed.hub, PRACTICE.has_hub, PRACTICE.push_key) == (None, False, "")
    assert feed.title.startswith(PRACTICE_MARK)
    assert feed.entries[0].title.startswith(PRACTICE_MARK)
    assert feed.entries[0].url.startswith("https://www.example.gov.cn/practice/")


def test_a_title_for_one_channel_keeps_the_mark():
    assert CONTENT.told_on("weibo", "any").title == f"{PRACTICE_MARK}短标题"
    assert replace(CONTENT, practice=False).told_on("weibo", "any").title == "短标题"
