"""What a reader finds in a feed, whatever an editor wrote; and that the same lists give the same bytes."""

import asyncio
import io
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from channels.addresses import FEED_TYPES, Addresses
from channels.characters import one_line
from channels.feeds.document import feed_document
from channels.feeds.entries import BODIES
from channels.feeds.formats import write_feed
from channels.item import Column, Content, Entry, Theme
from channels.website.assets import feed_pictures
from tests.channels.feed_judge import judge
from tests.channels.memory_shelf import START, MemoryShelf, a_content, a_site
from tests.channels.public_site import NoJournal, PublicSite, a_public_site, live

SITE = a_site("https://www.eq.gov.cn")
NASTY = "\x00A\x0b\x85B\ud800 🐎👨‍👩‍👧 ]]> &lt;b&gt; <script>alert(1)</script> \u202e\ufeff & é"
FORMS = list(FEED_TYPES)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[PublicSite]:
    async with a_public_site(tmp_path / "public") as made:
        yield made


def nasty(item_id: str = "i1", **changes: object) -> Content:
    return a_content(
        item_id,
        **{"title": NASTY, "summary": NASTY, "body_html": f"<p>{NASTY}</p>"} | changes,
    )


def written(form: str, *contents: Content) -> bytes:
    entries = tuple(Entry(content, number, True) for number, content in enumerate(contents, 1))
    return write_feed(feed_document("site", "全站", SITE, entries), form, Addresses(SITE))


def read(body: bytes) -> Any:
    found = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


async def judged(*paths: Path) -> list[str]:
    """Give what the judge says about these files."""
    now = START + timedelta(days=8)
    bodies = [await asyncio.to_thread(path.read_bytes) for path in paths]
    return [
        f"{path.name}: {one}"
        for path, body in zip(paths, bodies, strict=True)
        for one in judge(body, now=now)
    ]


# --- the text comes through ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["rss", "atom"])
@given(title=st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_a_reader_sees_the_title_that_was_written(form, title):
    (entry,) = etree_entries(written(form, a_content(title=title)))
    found = entry.findtext("{*}title") or entry.findtext("title")
    assert found == (one_line(title) or "无标题")


@pytest.mark.parametrize("form", FORMS)
def test_a_word_that_looks_like_the_end_of_a_feed_ends_none(form):
    tags = '<item></item><entry></entry></channel></rss></feed> "items":[]'
    articles = [nasty(f"i{number}", title=f"{tags}{number}", body_html=tags) for number in (1, 2, 3)]
    body = written(form, *articles)
    if form == "json":
        titles = [item["title"] for item in json.loads(body)["items"]]
    else:
        titles = [unescape(entry.title) for entry in read(body).entries]
    assert [title[-1] for title in titles] == ["3", "2", "1"]
    assert {title[:-1] for title in titles} == {tags}


def etree_entries(body: bytes) -> list[Any]:
    feed = etree.fromstring(body)
    return [node for node in feed.iter("{*}entry", "item", "{*}item") if isinstance(node.tag, str)]


@given(title=st.text(max_size=80), body=st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_a_json_feed_is_json_whatever_was_written(title, body):
    (item,) = json.loads(written("json", a_content(title=title, body_html=body)))["items"]
    assert item["title"] == (one_line(title) or "无标题")


@pytest.mark.parametrize("form", ["rss", "atom"])
@given(title=st.text(max_size=60), body=st.text(max_size=120), summary=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_a_feed_that_a_reader_cannot_read(form, title, body, summary):
    content = a_content(title=title, body_html=body, summary=summary)
    assert len(read(written(form, content)).entries) == 1


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_mark_up_in_a_title_is_text(form):
    (entry,) = etree_entries(written(form, a_content(title="<b>甲</b> ]]> &lt;乙&gt;")))
    title = entry.findtext("{*}title") or entry.findtext("title")
    assert title == "<b>甲</b> ]]> &lt;乙&gt;"


@pytest.mark.parametrize("form", FORMS)
def test_no_script_of_a_body_reaches_a_feed(form):
    body = "<p onclick='x()'>好<script>alert(1)</script><img src=x onerror=alert(1)></p>"
    text = written(form, a_content(body_html=body)).decode()
    assert not [word for word in ("alert", "onclick", "onerror") if word in text]


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_an_emoji_family_stays_whole(form):
    assert "👨‍👩‍👧" in read(written(form, nasty())).entries[0].content[0].value


# --- attachments, size, order -------------------------------------------------------------------------


def with_attachments(site: PublicSite, count: int) -> Content:
    files = [site.media.attachment(f"附件{n}.pdf", f"%PDF {n}".encode()) for n in range(count)]
    return a_content(attachments=tuple(files))


async def test_atom_names_each_of_twenty_attachments(site):
    links = read(written("atom", with_attachments(site, 20))).entries[0].enclosures
    assert len({link.href for link in links}) == 20


async def test_json_feed_names_each_of_twenty_attachments_with_its_size(site):
    (item,) = json.loads(written("json", with_attachments(site, 20)))["items"]
    assert [file["title"] for file in item["attachments"]] == [f"附件{n}.pdf" for n in range(20)]
    assert all(file["size_in_bytes"] > 0 for file in item["attachments"])


async def test_rss_has_one_enclosure_and_the_others_as_links_in_the_text(site):
    (entry,) = read(written("rss", with_attachments(site, 20))).entries
    assert len(entry.enclosures) == 1
    assert entry.content[0].value.count("<li><a href=") == 20


@pytest.mark.parametrize("form", FORMS)
def test_a_body_that_fills_the_feed_is_replaced_by_summary_and_link(form):
    long = a_content(body_html="<p>" + "长" * (200_000 // 3) + "</p>", summary="很长的一篇")
    body = written(form, long)
    assert len(body) < BODIES
    assert "阅读全文" in body.decode()
    assert "很长的一篇" in body.decode()


def test_a_feed_stays_within_what_readers_take_however_long_its_thirty_articles_are():
    long = [a_content(f"i{n}", body_html="<p>" + "长" * 20_000 + "</p>") for n in range(30)]
    assert max(len(written(form, *long)) for form in FORMS) < 250_000  # feeds §1.1


@pytest.mark.parametrize("form", FORMS)
def test_of_two_articles_of_one_second_the_later_placed_one_comes_first(form):
    body = written(form, a_content("i1"), a_content("i2")).decode()
    assert body.index("article/i2") < body.index("article/i1")


@pytest.mark.parametrize("form", FORMS)
def test_the_same_lists_give_the_same_bytes(form):
    contents = [nasty(f"i{n}") for n in range(5)]
    assert written(form, *contents) == written(form, *contents)


def every_form() -> bytes:
    return b"".join(written(form, nasty("i1"), nasty("i2")) for form in FORMS)


def test_another_process_gives_the_same_bytes():
    # The order of sets, the locale and the zone differ between processes.
    ask = "import sys; from tests.channels.test_feeds_content import *; sys.stdout.buffer.write(every_form())"
    said = [
        subprocess.run(
            [sys.executable, "-c", ask],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone},
        ).stdout
        for seed, locale, zone in (("1", "C.UTF-8", "UTC"), ("2", "C", "America/New_York"))
    ]
    assert said == [every_form(), every_form()]


async def test_writing_the_feeds_again_changes_no_file(site):
    content = site.place(title=NASTY, body_html=f"<p>{NASTY}</p>")
    await site.publish_feeds(content)
    before = await site.files()
    await site.publish_feeds(content, START + timedelta(days=3))
    assert await site.files() == before


# --- empty and withdrawn ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["rss", "atom"])
async def test_a_column_whose_only_entry_was_withdrawn_has_an_empty_feed(site, form):
    content = site.place()
    await site.publish_feeds(content)
    await withdraw(site, content)
    found = read((await site.text(f"feed/column/zwdt.{form}")).encode())
    assert (found.entries, found.feed.title) == ([], "政务动态 - 鄂托克旗人民政府")


@pytest.mark.parametrize("form", FORMS)
async def test_a_withdrawn_article_leaves_no_word_of_its_text(site, form):
    content = site.place(title="要撤回的稿件", body_html="<p>要撤回的正文</p>")
    await site.publish_feeds(content)
    await withdraw(site, content)
    assert "要撤回" not in await site.text(f"feed/site.{form}")


async def withdraw(site: PublicSite, content: Content) -> None:
    site.shelf.withdraw(content.item_id, START + timedelta(days=1))
    post = site.feeds.render(content)
    await site.feeds.withdraw(live(post), post, reason="内容有误", at=START)


# --- the strict judge ---------------------------------------------------------------------------------


async def publish_everything(site: PublicSite) -> None:
    form = site.media.attachment("申请表 & 说明.docx", b"PK", "application/msword")
    files = tuple(site.media.attachment(f"附件{n}.pdf", f"%PDF {n}".encode()) for n in range(19))
    picture = site.media.picture(b"\xff\xd8", width=640, height=480, alt='秋"色"')
    bodies = (
        "<p>短</p>",
        f"<p>{NASTY}</p>",
        "<p>" + "长" * 70_000 + "</p>",
        f'<p><img src="media:{picture.sha256}"></p>',
    )
    for number, body in enumerate(bodies):
        content = site.place(
            f"i{number}",
            title=f"第{number}篇 🐎",
            body_html=body,
            pictures=(picture,),
            attachments=(form, *files),
        )
        await site.publish_feeds(content)
    await site.publish_feeds(site.place("gone", published_at=START + timedelta(minutes=1)))
    await withdraw(site, site.shelf.contents["gone"])


async def test_the_strict_judge_finds_nothing_in_any_feed(site):
    await publish_everything(site)
    feeds = [
        path
        for path in await site.files()
        if path.startswith("feed/") and not path.endswith((".gz", ".br", ".now"))
    ]
    assert len(feeds) >= 16
    assert await judged(*(site.folder / path for path in feeds)) == []


async def test_the_strict_judge_finds_nothing_in_an_archive(site):
    site.fill(29)
    await site.publish_feeds(site.place("last", published_at=START + timedelta(hours=1)))
    archives = [path for path in await site.files() if path.startswith("feed/site/1-")]
    feeds = [path for path in archives if not path.endswith((".gz", ".br"))]
    assert len(feeds) == len(FORMS)
    assert await judged(*(site.folder / path for path in feeds)) == []


async def test_the_strict_judge_minds_nothing_in_an_empty_feed_but_that_it_is_empty(site):
    await site.publish_feeds(site.place())
    await withdraw(site, site.shelf.contents["i1"])
    found = await judged(*(site.folder / f"feed/site.{form}" for form in FORMS))
    assert [one.split(": ")[1] for one in found] == ["Empty"] * len(FORMS)


BROKEN = {
    "NotWellFormed": lambda body: body[:-20],
    "XmlDeclaration": lambda body: b"\n" + body,
    "ByteOrderMark": lambda body: b"\xef\xbb\xbf" + body,
    "Leftover": lambda body: body.replace("会议".encode(), "会\x85议".encode(), 1).replace(
        b"\xc2\x85", b"\xc2\x86"
    ),
    "Doctype": lambda body: body.replace(b"?>", b"?><!DOCTYPE rss>", 1),
    "Self": lambda body: body.replace(b'rel="self"', b'rel="other"', 1),
    "Id": lambda body: body.replace(b"article/i2", b"article/i1"),
    "Order": lambda body: body.replace(b"02 Mar 2026 09:02", b"01 Mar 2026 09:02"),
    "Date": lambda body: body.replace(b"Mon, 02 Mar 2026 09:02:00 +0800", b"2026-03-02 09:02"),
    "Relative": lambda body: body.replace("会议对".encode(), b'&lt;a href="/a/x.html"&gt;x&lt;/a&gt;', 1),
    "Runs": lambda body: body.replace("会议对".encode(), b"&lt;script&gt;x&lt;/script&gt;"),
    "Title": lambda body: body.replace(b"(i2)", b"&amp;amp;", 1),
    "Picture": lambda body: body.replace(b"<width>144", b"<width>512", 1),
    "Large": lambda body: body.replace("会议对".encode(), "长".encode() * 100_000, 1),
}


@pytest.mark.parametrize("fault", list(BROKEN))
def test_the_strict_judge_sees_each_fault(fault):
    at = [START + timedelta(minutes=number) for number in (1, 2)]
    body = written("rss", *(a_content(f"i{n}", published_at=at[n - 1], updated_at=at[n - 1]) for n in (1, 2)))
    now = START + timedelta(days=8)
    assert judge(body, now=now) == []
    found = judge(BROKEN[fault](body), now=now)
    assert [one for one in found if re.search(rf"\b{fault}\b", one)] != [], found


@pytest.mark.parametrize("key", ["site", "column/zwdt"])
@pytest.mark.parametrize("form", ["rss", "atom"])
async def test_a_feed_names_its_own_address_once(site, key, form):
    await site.publish_feeds(site.place())
    links = read((await site.text(f"feed/{key}.{form}")).encode()).feed.links
    assert [one.href for one in links if one.rel == "self"] == [f"{site.tools.site.url}/feed/{key}.{form}"]


# --- the mark of the site -----------------------------------------------------------------------------

PICTURES = {
    "rss": {"image/url": (144, 144)},
    "atom": {"icon": (512, 512), "logo": (512, 256)},
    "json": {"icon": (512, 512), "favicon": (64, 64)},
}


def pictures_of(body: bytes, form: str) -> dict[str, str | None]:
    if form == "json":
        return {name: json.loads(body).get(name) for name in PICTURES[form]}
    root = etree.fromstring(body)
    above = "channel/" if form == "rss" else "{*}"
    return {name: root.findtext(above + name) for name in PICTURES[form]}


@pytest.mark.parametrize("form", FORMS)
async def test_a_feed_names_the_mark_of_the_site_in_the_sizes_of_its_format(site, form):
    content = site.place()
    await site.publish(content)
    await site.publish_feeds(content)
    named = pictures_of((await site.text(f"feed/site.{form}")).encode(), form)
    sizes = {}
    for name, url in named.items():
        async with site.session.get(url) as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            sizes[name] = Image.open(io.BytesIO(await answer.read())).size
    assert sizes == PICTURES[form]


@pytest.mark.parametrize("form", FORMS)
def test_another_look_changes_no_feed_and_an_archive_names_no_picture(form):
    entries = (Entry(a_content("i1"), 1, True),)
    looks = SITE, replace(SITE, theme=Theme(main="#00508c", seal_picture=b"another"))
    feeds = {write_feed(feed_document("site", "全站", one, entries), form, Addresses(one)) for one in looks}
    assert len(feeds) == 1
    archive = write_feed(feed_document("site", "全站", SITE, entries, number=1), form, Addresses(SITE))
    assert set(pictures_of(archive, form).values()) == {None}


def test_the_pictures_of_an_office_with_a_seal_show_it_on_white():
    seal = io.BytesIO()
    Image.new("RGBA", (512, 512), (200, 0, 0, 255)).save(seal, "PNG")
    made = feed_pictures(replace(SITE, theme=Theme(seal_picture=seal.getvalue())))
    for body in made.values():
        with Image.open(io.BytesIO(body)) as image:
            corner, middle = image.getpixel((0, 0)), image.getpixel((image.width // 2, image.height // 2))
            assert (corner, middle) == ((255, 255, 255), (200, 0, 0))


# --- columns ------------------------------------------------------------------------------------------


async def test_a_column_whose_name_is_mark_up_has_a_feed_of_that_name(site):
    column = replace(Column("x", "公告 & <通知>", "通知公告", ""))
    await site.publish_feeds(site.place(column=column))
    feed = etree.fromstring((await site.text("feed/column/x.atom")).encode())
    assert feed.findtext("{*}title") == "公告 & <通知> - 鄂托克旗人民政府"


async def test_a_shelf_that_knows_nothing_of_the_post_still_gets_its_feed(site):
    feeds = type(site.feeds)(replace(site.tools, shelf=MemoryShelf()))
    content = site.content()
    outcome = await feeds.publish(feeds.render(content), NoJournal(), at=START)
    assert outcome.link == f"{site.tools.site.url}/feed/column/zwdt.rss"


@pytest.mark.parametrize("form", FORMS)
def test_every_format_tells_of_a_major_correction(form):
    body = written(form, a_content(correction="补充第三条 <b>", updated_at=START + timedelta(hours=1)))
    told = json.loads(body)["items"][0]["content_html"] if form == "json" else html_of(body)
    assert "已更正</strong>（" in told
    assert "补充第三条 &lt;b&gt;" in told


def html_of(body: bytes) -> str:
    return str(read(body).entries[0].content[-1].value)
