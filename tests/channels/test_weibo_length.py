import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.weibo.counting import length_of
from channels.weibo.length import LIMIT, count, count_composer, links_of, without_broken_link, without_links

LINK = "http://www.example.gov.cn/a/b/c/2026/11/25/notice-000123.html"

# CONTRACT.md §5
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
    "ééé": 3,
    f"公告 {LINK}": 13,
    f"公告 {LINK.replace('http', 'https')}": 34,
    f"{'中' * 129} {LINK}": 140,
    "中\r\n中": 3,
    "": 0,
}

texts = st.text(max_size=80) | st.lists(
    st.sampled_from([LINK, "https://a.cn/b", "http://t.cn/A6x", "中文", "é", "😀", "a", " ", "\r\n"])
).map("".join)


@pytest.mark.parametrize(("text", "length"), VECTORS.items())
def test_the_composer_counts_as_the_contract_shows(text: str, length: int):
    assert count_composer(text) == length


@pytest.mark.parametrize("text", [text for text in VECTORS if LINK not in text])
def test_without_a_plain_link_the_composer_decides(text: str):
    assert count(text) == VECTORS[text]


def test_a_plain_link_is_counted_in_full_because_the_server_may_do_so():
    assert (count(f"公告 {LINK}"), count_composer(f"公告 {LINK}")) == (33, 13)


def test_a_very_short_link_counts_as_much_as_its_short_address():
    assert count("http://a.cn") == 10


def test_what_a_link_has_beyond_140_characters_is_counted():
    link = "http://a.cn/" + "x" * 200
    assert count_composer(link) == (212 - 140 + 20) / 2


def test_a_link_of_sina_itself_counts_as_it_stands():
    assert count_composer("http://weibo.com/u/1") == 10
    assert count_composer("http://weibo.com/" + "1" * 24) == 21
    assert count_composer("http://weibo.com/" + "1" * 25) == 10


@given(texts)
def test_no_text_that_we_let_pass_is_too_long_for_the_pretended_platform(text: str):
    assert count(text) >= length_of(text)


@given(texts)
def test_the_length_that_decides_is_never_below_the_composer(text: str):
    assert count(text) >= count_composer(text)


@given(st.text(alphabet="中文é😀a ", max_size=200))
def test_a_text_one_character_longer_is_never_shorter(text: str):
    assert count(text + "中") >= count(text) + 1


@given(st.text(max_size=300))
def test_a_text_within_the_limit_has_no_more_than_280_half_widths(text: str):
    if count(text) <= LIMIT:
        assert len(text.replace("\r\n", "\n")) <= 280


def test_links_and_white_space_make_no_difference_to_the_words():
    assert without_links("通知 全文 http://t.cn/A6x\n") == without_links(f"通知全文{LINK}")


def test_signs_of_a_page_make_no_difference_to_the_words():
    assert without_links("问&amp;答 &lt;一&gt;") == without_links("问&答 <一>")


def test_the_links_of_a_text_end_where_chinese_begins():
    assert links_of("见 http://t.cn/A6x。详情https://a.cn/b") == {"t.cn/A6x", "a.cn/b"}


@pytest.mark.parametrize(
    ("cut", "mended"),
    [
        ("详见 https://www.exam…", "详见…"),
        ("详见 http…", "详见…"),
        ("详见 https://a.cn/b 第三条…", "详见 https://a.cn/b 第三条…"),
        ("详见第三条", "详见第三条"),
    ],
)
def test_a_link_that_was_cut_through_goes_whole(cut: str, mended: str):
    assert without_broken_link(cut) == mended
