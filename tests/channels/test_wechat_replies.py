from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from channels.item import Column
from channels.wechat.menu import menu_of
from channels.wechat.replies import MOST_TEXT, Card, Reply, fit_text, reply_xml

AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def read(reply: Reply) -> "etree._Element":
    return etree.fromstring(reply_xml(reply, to="o1", sender="gh_1", at=AT).encode())


def test_a_reply_goes_back_to_who_wrote():
    root = read(Reply("您好"))
    assert [root.findtext(name) for name in ("ToUserName", "FromUserName", "MsgType", "Content")] == [
        "o1",
        "gh_1",
        "text",
        "您好",
    ]


def test_cards_are_counted_and_keep_their_order():
    root = read(Reply(cards=(Card("甲", "一", "http://a.cn/1"), Card("乙", "二", "http://a.cn/2"))))
    assert (root.findtext("ArticleCount"), [one.text for one in root.iterfind("Articles/item/Title")]) == (
        "2",
        ["甲", "乙"],
    )


@given(st.text(max_size=3000))
def test_a_text_always_fits_and_is_whole_xml(text: str):
    content = read(Reply(text)).findtext("Content") or ""
    assert len(content.encode()) <= MOST_TEXT


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=90), max_size=60))
def test_a_text_that_is_cut_ends_at_a_line(lines: list[str]):
    cut = fit_text("\n".join(lines))
    kept = cut.removesuffix("\n…").split("\n") if cut != "\n".join(lines) else lines
    assert kept in (lines, [""]) or all(line in lines or cut.count("\n") == 0 for line in kept)


def test_one_long_line_is_cut_at_a_character():
    cut = fit_text("字" * 1000)
    assert (cut[-2:], len(cut.encode()) <= MOST_TEXT) == ("字…", True)


def test_what_looks_like_the_end_of_a_text_does_not_end_it():
    assert read(Reply("a]]></Content><Evil>")).findtext("Content") == "a]]></Content><Evil>"


def column(name: str, slug: str = "a") -> Column:
    return Column(slug, name, "", "")


@given(st.lists(st.builds(column, st.text(max_size=40), st.text(min_size=1, max_size=150)), max_size=30))
def test_a_menu_is_always_within_the_platforms_limits(columns: list[Column]):
    buttons = menu_of(columns, "https://www.example.gov.cn")["button"]
    below = [one for button in buttons for one in button.get("sub_button", [])]
    assert 1 <= len(buttons) <= 3
    assert all(1 <= len(button["sub_button"]) <= 5 for button in buttons if "sub_button" in button)
    assert all(0 < len(button["name"].encode()) <= 16 for button in buttons)
    assert all(0 < len(one["name"].encode()) <= 60 for one in below)
    assert all(len(one.get("key", "").encode()) <= 128 for one in below)


@pytest.mark.parametrize(("count", "names"), [(2, 2), (5, 5), (9, 5)])
def test_columns_beyond_five_stand_behind_the_last_button(count: int, names: int):
    columns = [column(f"栏目{number}", f"c{number}") for number in range(count)]
    below = menu_of(columns, "https://a.cn")["button"][1]["sub_button"]
    assert (len(below), below[-1]["name"] == "全部栏目") == (names, count > 5)
