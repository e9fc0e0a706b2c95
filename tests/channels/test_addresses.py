import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.addresses import (
    FEED_TYPES,
    Addresses,
    archive_path,
    feed_path,
    gone_path,
    list_keys,
    media_path,
    page_keys,
    page_path,
    topic_key,
)
from channels.docroot import FolderRoot
from channels.item import Attachment, Picture
from tests.channels.memory_shelf import a_content, a_site

SHA = "a" * 64
SITE = Addresses(a_site("https://www.eq.gov.cn/zwgk"))


def attachment(name: str, mime: str = "application/octet-stream") -> Attachment:
    return Attachment(sha256=SHA, name=name, mime=mime, size=1)


def test_a_folder_goes_by_its_name():
    assert SITE.url("column/zwdt/index.html") == "https://www.eq.gov.cn/zwgk/column/zwdt/"
    assert SITE.link("index.html") == "/zwgk/"


def test_a_link_within_the_site_begins_with_the_sites_folder():
    assert SITE.link("a/i1.html") == "/zwgk/a/i1.html"
    assert Addresses(a_site("https://www.eq.gov.cn")).link("a/i1.html") == "/a/i1.html"


@given(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True))
def test_the_path_of_a_page_is_found_again_from_its_permanent_link(item_id):
    path = page_path(item_id)
    assert SITE.path_of(SITE.url(path)) == path


@pytest.mark.parametrize(
    "mark",
    ["https://elsewhere.cn/a/1.html", "https://www.eq.gov.cn/zwgkx/a.html", "https://www.eq.gov.cn/zwgk", ""],
)
def test_a_link_of_another_site_has_no_path(mark):
    with pytest.raises(ValueError, match="is not a page of"):
        SITE.path_of(mark)


def test_the_id_of_an_entry_outlives_the_address_of_the_site():
    moved = Addresses(replace(SITE.site, url="http://eq.example"))
    assert SITE.entry_id("i1") == moved.entry_id("i1") == "tag:www.eq.gov.cn,2026:article/i1"


def test_a_content_stands_in_the_lists_of_site_column_organ_kind_and_topic():
    content = a_content()
    assert list_keys(content) == ("site", "column/zwdt", "org/01163627X", "kind/news", topic_key("旅游"))
    assert page_keys(content) == list_keys(content)[:3]


def test_a_content_without_a_topic_stands_in_no_list_of_topics():
    disclosure = replace(a_content().disclosure, topic=None)
    assert not [k for k in list_keys(a_content(disclosure=disclosure)) if k.startswith("topic/")]


@given(st.text(min_size=1, max_size=40))
def test_whatever_a_topic_is_called_its_list_fits_a_path(topic):
    assert re.fullmatch(r"topic/[0-9a-f]{12}", topic_key(topic))


def test_no_two_lists_or_pages_share_a_file():
    keys = ("site", "column/zwdt", "org/01163627X", "kind/news")
    paths = [SITE.list_path(k) for k in keys[:3]] + [
        SITE.numbered_path(k, n) for k in keys[:3] for n in (1, 2)
    ]
    paths += [feed_path(k, form) for k in keys for form in FEED_TYPES]
    paths += [archive_path(k, n, form) for k in keys for n in (1, 2) for form in FEED_TYPES]
    paths += [page_path("i1"), gone_path(page_path("i1"))]
    assert len(set(paths)) == len(paths)


def test_a_column_that_moved_has_its_pages_elsewhere_and_its_feeds_where_they_were():
    site = a_site()
    moved = replace(site.columns[0], address="new-home")
    places = Addresses(replace(site, columns=(moved, *site.columns[1:])))
    key = f"column/{moved.slug}"
    assert places.list_path(key) == "column/new-home/index.html"
    assert places.numbered_path(key, 2) == "column/new-home/p2.html"
    assert places.feed_id(key) == Addresses(site).feed_id(key)
    assert feed_path(key, "rss") == f"feed/column/{moved.slug}.rss"


def test_a_list_without_a_page_of_its_own_leads_to_the_catalogue():
    assert SITE.list_home("kind/news", "新闻") == "catalogue?kind=news"
    assert (
        SITE.list_home(topic_key("医疗&救助"), "医疗&救助")
        == "catalogue?topic=%E5%8C%BB%E7%96%97%26%E6%95%91%E5%8A%A9"
    )
    assert SITE.list_home("column/zwdt", "政务动态") == "column/zwdt/index.html"


@pytest.mark.parametrize(
    ("name", "mime", "ending"),
    [
        ("表.pdf", "application/pdf", "pdf"),
        ("表.DOCX", "application/vnd.openxmlformats", "docx"),
        ("公文.ofd", "application/ofd", "ofd"),
        ("page.html", "text/html", "bin"),
        ("x.svg", "image/svg+xml", "bin"),
        ("x.php", "application/x-php", "bin"),
        ("没有后缀", "application/octet-stream", "bin"),
        ("a.b/../c", "application/octet-stream", "bin"),
        ("x.html", "application/pdf", "pdf"),
    ],
)
def test_a_file_has_an_ending_that_no_browser_runs(name, mime, ending):
    assert media_path(attachment(name, mime)) == f"m/{SHA[:32]}.{ending}"


def test_a_picture_has_the_ending_of_its_kind():
    assert media_path(Picture(SHA, "image/webp", 1, 1, 1, "")).endswith(".webp")


@given(st.text(max_size=40), st.text(max_size=20))
def test_whatever_a_file_is_called_it_lies_in_the_folder_of_files(name, mime):
    assert re.fullmatch(r"m/[0-9a-f]{32}\.[a-z0-9]{1,5}", media_path(attachment(name, mime)))


async def test_every_path_is_one_that_the_document_root_takes(tmp_path):
    root = FolderRoot(tmp_path)
    for key in list_keys(a_content()):
        for path in (
            SITE.list_path(key),
            SITE.numbered_path(key, 2),
            feed_path(key, "rss"),
            archive_path(key, 1, "atom"),
        ):
            await root.put(path, b"x")
            assert await root.read(path) == b"x"
