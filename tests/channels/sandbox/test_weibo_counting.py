import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.weibo.counting import (
    composer_length_of,
    has_topic,
    is_similar,
    is_under,
    length_of,
    links_in,
)

# Contract weibo §5, the vectors of Sina's own composer.
VECTORS = {
    "Test": 2,
    "【转基因": 4,
    "我司CEO！": 5,
    "8@&*%&b": 4,
    " Test": 3,
    "   Test   ": 5,
    "　　　Ｔｅｓｔｉｎｇ　　　　": 14,
    "中": 1,
    "a": 1,
    "abc": 2,
    "😀": 2,
    "👨‍👩‍👧": 8,
    "x" * 280: 140,
    "中" * 141: 141,
    "公告 http://www.example.gov.cn/a/b/c/2026/11/25/notice-000123.html": 13,
    "公告 https://www.example.gov.cn/a/b/c/2026/11/25/notice-000123.html": 34,
    "中" * 129 + " http://www.example.gov.cn/a": 140,
    "中\r\n中": 3,
}


@pytest.mark.parametrize(("text", "length"), VECTORS.items())
def test_the_composer_counts_as_the_contract_shows(text: str, length: int):
    assert composer_length_of(text) == length


def test_a_link_that_the_composer_folds_is_still_counted_in_full():
    assert length_of("公告 http://www.example.gov.cn/a/b/c/2026/11/25/notice-000123.html") == 33


def test_a_very_short_link_counts_ten_characters_all_the_same():
    assert length_of("http://a.cn") == 10


def test_a_short_address_of_sina_counts_as_its_own_text():
    assert composer_length_of("http://t.cn/A6aoP1cJ") == 10


@given(st.text())
def test_the_length_is_never_below_what_the_composer_shows(text: str):
    assert length_of(text) >= composer_length_of(text)


@given(st.text(), st.text())
def test_a_longer_text_never_counts_less(text: str, more: str):
    assert length_of(f"{text} {more}") >= length_of(text)


def test_text_glued_to_a_link_is_swallowed_by_it():
    assert links_in("见http://a.gov.cn/1。详情") == ("http://a.gov.cn/1。详情",)


def test_a_wide_space_ends_a_link():
    assert links_in("见 http://a.gov.cn/1　详情") == ("http://a.gov.cn/1",)


@pytest.mark.parametrize("link", ["http://gov.cn/a", "https://www.gov.cn:8443/a", "http://GOV.cn"])
def test_a_link_to_the_domain_or_below_it_counts(link: str):
    assert is_under(link, "gov.cn")


@pytest.mark.parametrize(
    "link", ["http://evilgov.cn/", "http://gov.cn.evil.com/", "http://gov.cn@evil.com/", "http://[gov.cn/"]
)
def test_a_link_that_only_looks_like_the_domain_does_not_count(link: str):
    assert not is_under(link, "gov.cn")


def test_nothing_is_under_an_empty_domain():
    assert not is_under("http://gov.cn/", "")


def test_two_hashes_make_a_topic():
    assert has_topic("#全域旅游# 开始了")


def test_one_hash_and_a_fragment_of_a_link_make_none():
    assert not has_topic("第#1 号 http://gov.cn/a#b")


def test_texts_that_differ_only_in_their_link_are_similar():
    assert is_similar("关于医疗救助的通知 http://a.cn/1", "关于医疗救助的通知 http://a.cn/2")
