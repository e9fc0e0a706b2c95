"""Feeds of every kind of list, their archives (RFC 5005), what was deleted (RFC 6721), and OPML."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from channels.addresses import FEED_TYPES, topic_key
from channels.feeds.archives import ArchiveNote, archive_note
from channels.feeds.lists import FeedLists
from channels.item import Column, Twin
from tests.channels.memory_shelf import START, a_content, a_correction
from tests.channels.public_site import PublicSite, a_public_site, live

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PublicSite]:
    async with a_public_site(tmp_path / "public") as made:
        yield made


async def publish(site: PublicSite, count: int, start: int = 1, **changes: object) -> None:
    for number in range(start, start + count):
        at = START + timedelta(minutes=number)
        await site.publish_feeds(site.place(f"i{number}", published_at=at, updated_at=at, **changes))


async def withdraw(site: PublicSite, item_id: str) -> None:
    site.shelf.withdraw(item_id, START + timedelta(days=1))
    post = site.feeds.render(site.shelf.contents[item_id])
    await site.feeds.withdraw(live(post), post, reason="", at=START)


async def ids(site: PublicSite, path: str) -> list[str]:
    return [item["id"].rpartition("/")[2] for item in json.loads(await site.text(path))["items"]]


async def archive(site: PublicSite, number: int, form: str, key: str = "site") -> str:
    """Give the path at which an archive stands now, "" when there is none."""
    return ArchiveNote.read((await site.text(archive_note(key, number))).encode()).now.get(form, "")


async def links(site: PublicSite, path: str) -> dict[str, str]:
    feed = etree.fromstring((await site.text(path)).encode())
    front = site.tools.site.url
    return {link.get("rel"): link.get("href").removeprefix(front) for link in feed.findall(f"{ATOM}link")}


@pytest.mark.parametrize("key", ["site", "column/zwdt", "org/01163627X", "kind/news", topic_key("旅游")])
@pytest.mark.parametrize("form", ["rss", "atom", "json"])
async def test_every_kind_of_list_has_a_feed_in_every_format(site, key, form):
    await publish(site, 1)
    body = await site.text(f"feed/{key}.{form}")
    if form == "json":
        assert len(json.loads(body)["items"]) == 1
    else:
        read = feedparser.parse(body)
        assert (read.bozo, len(read.entries)) == (False, 1)


async def test_the_feed_of_a_topic_is_named_for_it_and_leads_to_its_catalogue(site):
    await publish(site, 1)
    feed = json.loads(await site.text(f"feed/{topic_key('旅游')}.json"))
    assert feed["title"] == "旅游 - 鄂托克旗人民政府"
    assert feed["home_page_url"].endswith("/catalogue?topic=%E6%97%85%E6%B8%B8")


async def test_an_item_that_changed_its_topic_leaves_the_old_feed(site):
    await publish(site, 1)
    old = site.shelf.contents["i1"]
    changed = a_correction(old, disclosure=replace(old.disclosure, topic="卫生"))
    await site.publish_feeds(site.shelf.place(changed))
    assert await ids(site, f"feed/{topic_key('旅游')}.json") == []
    assert await ids(site, f"feed/{topic_key('卫生')}.json") == ["i1"]


async def test_a_full_set_of_entries_makes_an_archive(site):
    site.fill(28)
    await publish(site, 1, start=29)
    assert await archive(site, 1, "json") == ""
    await publish(site, 1, start=30)
    assert await ids(site, await archive(site, 1, "json")) == [
        "i30",
        "i29",
        *(f"f{n}" for n in range(27, -1, -1)),
    ]


async def test_feed_and_archives_point_at_one_another(site):
    site.fill(60)
    await publish(site, 1, start=61)
    assert (await links(site, "feed/site.atom"))["prev-archive"] == "/feed/site/2.atom"
    second = await links(site, await archive(site, 2, "atom"))
    assert (second["current"], second["prev-archive"]) == ("/feed/site.atom", "/feed/site/1.atom")
    assert second["self"] == f"/{await archive(site, 2, 'atom')}"
    assert json.loads(await site.text("feed/site.json"))["next_url"].endswith("/feed/site/2.json")
    assert "next_url" not in json.loads(await site.text(await archive(site, 1, "json")))


async def test_feed_and_archives_hold_everything_together(site):
    site.fill(64)
    await publish(site, 1, start=65)
    found: set[str] = set()
    for path in ("feed/site.json", await archive(site, 2, "json"), await archive(site, 1, "json")):
        found |= set(await ids(site, path))
    assert found == {"i65", *(f"f{n}" for n in range(64))}


async def test_an_archive_does_not_change_when_others_are_published_or_the_next_one_is_full(site):
    site.fill(30)
    await publish(site, 1, start=31)
    before = await site.files()
    for number in range(32, 60):  # placed, and not written: the feeds would be written for each of them
        site.shelf.place(a_content(f"i{number}"))
    await publish(site, 1, start=60)
    assert await archive(site, 2, "json") != ""
    after = await site.files()
    archives = [path for path in before if path.startswith("feed/site/")]
    assert archives
    assert [path for path in archives if before[path] != after[path]] == []


async def test_a_withdrawn_entry_leaves_its_archive(site):
    site.fill(29)
    await publish(site, 2, start=30)
    await withdraw(site, "i30")
    assert "i30" not in await ids(site, await archive(site, 1, "json"))


@pytest.mark.parametrize("change", ["corrected", "withdrawn"])
async def test_no_archive_ever_says_anything_else_and_its_link_leads_to_the_newest(site, change):
    site.fill(60)
    await publish(site, 1, start=61)
    former = {form: await archive(site, 1, form) for form in FEED_TYPES}
    said = {form: await site.text(path) for form, path in former.items()}
    second = [await archive(site, 2, form) for form in FEED_TYPES]
    if change == "withdrawn":
        await withdraw(site, "f3")
    else:
        corrected = a_correction(site.shelf.contents["f3"], title="改过的题目")
        await site.publish_feeds(site.shelf.place(corrected))
    assert [await archive(site, 2, form) for form in FEED_TYPES] == second
    for form, before in former.items():
        after = await archive(site, 1, form)
        assert (after == before, await site.text(before), await site.text(after) == said[form]) == (
            False,
            "",
            False,
        )
        for asked in (f"feed/site/1.{form}", before):
            await leads_to(site, asked, after)


async def leads_to(site: PublicSite, asked: str, path: str) -> None:
    url = f"{site.tools.site.url}/{asked}"
    async with site.session.get(url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (302, "no-store")
    async with site.session.get(url) as answer:
        assert (answer.status, answer.url.path) == (200, f"/{path}")
        assert await answer.text() == await site.text(path)


async def test_a_crash_while_an_archive_moves_leaves_nothing_of_what_was_withdrawn_later(site):
    site.fill(30)
    await publish(site, 1, start=31)
    note = archive_note("site", 1)
    before = await site.text(note)
    await site.publish_feeds(site.shelf.place(a_correction(site.shelf.contents["f3"], title="第一次改")))
    half = ArchiveNote.read((await site.text(note)).encode())
    told = ArchiveNote(ArchiveNote.read(before.encode()).now, tuple(half.now.values()))
    await site.tools.root.put(note, told.written())  # as it stands before the former version is taken away
    await withdraw(site, "f3")
    archives = {path for path in await site.files() if path.startswith("feed/site/1-")}
    now = ArchiveNote.read((await site.text(note)).encode()).now.values()
    assert archives == {f"{path}{ending}" for path in now for ending in ("", ".gz", ".br")}


async def test_an_archive_without_a_version_from_before_is_given_out_no_longer(site):
    site.fill(30)
    await site.tools.root.put("feed/site/1.rss", b"<rss/>")
    await publish(site, 1, start=31)
    assert "feed/site/1.rss" not in await site.files()


async def test_a_list_that_is_no_more_leaves_neither_feeds_nor_archives(site):
    site.fill(60)
    await publish(site, 1, start=61)
    async with site.tools.root.turn():
        await FeedLists(site.tools.root, site.shelf, site.tools.site).leave("column/zwdt")
    assert [path for path in await site.files() if path.startswith("feed/column/zwdt")] == []


async def test_an_archive_that_is_not_there_is_not_found(site):
    site.fill(30)
    await publish(site, 1, start=31)
    for path in (
        "feed/site/2.rss",
        "feed/site/0.rss",
        "feed/none/1.rss",
        "feed/site/1.now",
        "feed/site/1.xml",
    ):
        async with site.session.get(f"{site.tools.site.url}/{path}") as answer:
            assert answer.status == 404


async def test_a_withdrawn_entry_is_told_as_deleted(site):
    await publish(site, 2)
    await withdraw(site, "i1")
    feed = etree.fromstring((await site.text("feed/site.atom")).encode())
    (stone,) = feed.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert (stone.get("ref").rpartition("/")[2], stone.get("when")) == ("i1", "2026-03-03T09:00:00+08:00")
    told = json.loads(await site.text("feed/site.json"))["_tongfa_deleted"]["items"]
    assert [one["id"] for one in told] == [stone.get("ref")]


async def test_a_deletion_moves_the_time_of_the_feed(site):
    await publish(site, 2)
    before = feedparser.parse(await site.text("feed/site.atom")).feed.updated
    await withdraw(site, "i1")
    assert feedparser.parse(await site.text("feed/site.atom")).feed.updated > before


async def test_every_feed_stands_in_one_file_for_readers(site):
    await publish(site, 1)
    outlines = etree.fromstring((await site.text("feed/all.opml")).encode()).iter("outline")
    front = f"{site.tools.site.url}/feed/"
    urls = [o.get("xmlUrl").removeprefix(front) for o in outlines if o.get("xmlUrl")]
    assert urls == [
        "site.rss", "column/zwdt.rss", "org/01163627X.rss", "kind/news.rss", f"{topic_key('旅游')}.rss",
    ]  # fmt: skip


async def test_in_the_file_for_readers_lower_columns_stand_in_a_folder_with_the_one_above(site):
    await publish(site, 1)
    await publish(site, 1, start=2, column=Column("tzgg", "通知", "通知公告", ""))
    slugs = ("zwdt", "tzgg")
    columns = tuple(
        Column(slug, slug, "通知公告", "", parent=above)
        for slug, above in zip(slugs, (None, "zwdt"), strict=True)
    )
    nested = replace(site.tools.site, columns=columns)
    await FeedLists(site.tools.root, site.shelf, nested).renew_offers()
    (folder,) = etree.fromstring((await site.text("feed/all.opml")).encode()).xpath(
        "//outline[@text='栏目']/outline"
    )
    assert (folder.get("text"), folder.get("xmlUrl")) == ("政务动态", None)
    assert [one.get("xmlUrl").rpartition("/")[2] for one in folder] == ["zwdt.rss", "tzgg.rss"]
    assert [one.get("type") for one in folder] == ["rss", "rss"]


async def test_a_list_without_entries_leaves_the_file_for_readers(site):
    await publish(site, 1)
    await publish(site, 1, start=2, column=Column("tzgg", "通知", "通知公告", ""))
    assert "column/tzgg.rss" in await site.text("feed/all.opml")
    await withdraw(site, "i2")
    assert "column/tzgg.rss" not in await site.text("feed/all.opml")


async def test_publishing_writes_as_many_feeds_over_a_small_archive_as_over_a_large_one(tmp_path):
    counts = []
    for size in (64, 184):
        async with a_public_site(tmp_path / str(size)) as site:
            site.fill(size)
            await site.publish_feeds(site.place("warm"))  # the archives of the filled shelf are written here
            before = await site.files()
            await site.publish_feeds(site.place("one"))
            after = await site.files()
            counts.append(len([path for path, stamp in after.items() if before.get(path) != stamp]))
    assert counts[0] == counts[1]


async def test_an_entry_in_mongolian_says_so_in_every_format(site: PublicSite):
    twin = Twin("zh-CN", "汉文版", f"{site.tools.site.url}/a/zh.html")
    await publish(site, 1, language="mn-Mong", twin=twin)
    atom = etree.fromstring((await site.text("feed/site.atom")).encode()).find(f"{ATOM}entry")
    rss = etree.fromstring((await site.text("feed/site.rss")).encode()).find("channel/item")
    told = json.loads(await site.text("feed/site.json"))["items"][0]
    assert atom.get("{http://www.w3.org/XML/1998/namespace}lang") == "mn-Mong"
    assert rss.findtext("{http://purl.org/dc/elements/1.1/}language") == told["language"] == "mn-Mong"
    assert {link.get("hreflang"): link.get("href") for link in atom.findall(f"{ATOM}link")}[
        "zh-CN"
    ] == twin.url


async def test_2_every_format_names_the_hub_inside_as_well_and_no_archive_does(site):
    lists = FeedLists(site.tools.root, site.shelf, replace(site.tools.site, has_hub=True))
    site.fill(29)
    await publish(site, 1, start=30)
    async with site.tools.root.turn():
        await lists.write("site", site.shelf.contents["i30"])
    hub = f"{site.tools.site.url}/hub"
    assert (await links(site, "feed/site.atom"))["hub"] == "/hub"
    assert f'<atom:link rel="hub" href="{hub}"' in (await site.text("feed/site.rss")).replace("ns0:", "atom:")
    assert json.loads(await site.text("feed/site.json"))["hubs"] == [{"type": "WebSub", "url": hub}]
    assert "hub" not in await links(site, await archive(site, 1, "atom"))
