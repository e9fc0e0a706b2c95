"""server/review/numbers.py, laws.py and elements.py: 文号, titles of laws, and what an item must have."""

import time
from datetime import date
from typing import Any

import pytest

from channels.item import Attachment, Picture
from server.review.inspect import Lists
from server.review.wording import Wordings
from server.store.texts import MediaText
from tests.review.subjects import TODAY, found_in, rules_in


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("某政办发[2017]12号", "〔2017〕12号"),
        ("某政办发(2017)12号", "〔2017〕12号"),
        ("某政办发【2017】12号", "〔2017〕12号"),
        ("某政办发「2017」12号", "〔2017〕12号"),
        ("某政办发〔2017〕第12号", "〔2017〕12号"),
        ("某政办发〔2017〕012号", "〔2017〕12号"),
        ("某政办发 〔2017〕 12 号", "〔2017〕12号"),
        ("某政办发〔２０１７〕12号", "〔2017〕12号"),
        ("[2017]12号文件的", "〔2017〕12号"),
        ("：【2017】第12号的", "〔2017〕12号"),
    ],
)
def test_a_number_in_another_form_is_found_with_the_right_one(written: str, right: str):
    (one,) = found_in(f"<p>根据{written}要求</p>")
    assert (one.rule, one.suggestion) == ("document_number_form", right)


@pytest.mark.parametrize(
    "text",
    [
        "某政办发〔2017〕12号",
        "(2019)内0627民初123号",
        "第12号（2017）",
        "老井（2017）12号",
        "附件[2017]1",
        "财政收入（2017）12号楼",
    ],
)
def test_a_right_number_and_what_is_none_are_left_alone(text: str):
    assert rules_in(f"<p>{text}</p>") == []


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("某政办发[2026]1号", "某政办发〔2026〕1号"),
        ("某政办发 (2026) 第01号", "某政办发〔2026〕1号"),
        ("2026年1号文", None),
    ],
)
def test_the_items_own_number_is_held_to_its_form(number: str, right: str | None):
    (one,) = found_in("<p>正文</p>", document_number=number)
    assert (one.rule, one.suggestion) == ("document_number_form", right)


def test_no_number_may_be_written_as_none():
    assert rules_in("<p>正文</p>", document_number="无") == []


def test_our_own_number_that_no_document_has_is_noted_and_others_are_not():
    lists = Lists(TODAY, Wordings.of(), frozenset({"某政办发〔2026〕3号"}), frozenset({"某政办发"}))
    body = "<p>按照某政办发〔2026〕3号、某政办发〔2026〕4号和国办发〔2016〕80号</p>"
    assert [one.words for one in found_in(body, lists)] == ["某政办发〔2026〕4号"]


@pytest.mark.parametrize(
    ("title", "right"),
    [
        ("中华人民共和国信息公开条例", "中华人民共和国政府信息公开条例"),
        ("政府信息公开条列", "政府信息公开条例"),
        ("中华人民共和国安全生厂法", "中华人民共和国安全生产法"),
        ("中华人民共和国行政处罚法", None),
        ("行政处罚法", None),
        ("内蒙古自治区草原管理条例", None),
        ("中华人民共和国政府采购法实施条例", None),
        ("某旗数据安全管理办法", None),
    ],
)
def test_a_title_that_is_nearly_a_known_one_is_doubted(title: str, right: str | None):
    found = [one for one in found_in(f"<p>依照《{title}》</p>") if one.rule == "law_title"]
    assert [one.suggestion for one in found] == ([right] if right else [])


def test_a_well_known_document_with_anothers_number_is_found():
    (one,) = found_in("<p>《政府网站发展指引》（国办发〔2017〕17号）</p>")
    assert (one.rule, one.suggestion) == ("cited_number_wrong", "国办发〔2017〕47号")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"document_number": None}, "element_document_number"),
        ({"formed_on": None}, "element_formed_on"),
        ({"formed_on": date(2026, 12, 1)}, "element_formed_on"),
        ({"summary": ""}, "element_summary"),
        ({"overview": ""}, "element_overview"),
        ({"topic": None}, "element_topic"),
        ({"keywords": ()}, "element_keywords"),
        ({"kind": "news"}, "element_source"),
    ],
)
def test_a_missing_element_is_named(changes: dict[str, Any], rule: str):
    assert rules_in("<p>正文</p>", **changes) == [rule]


@pytest.mark.parametrize(
    ("image", "rules"),
    [
        ('<img src="media:x" alt="">', ["picture_without_words"]),
        ('<img src="media:x" alt="IMG_1234.jpg">', ["picture_words_empty"]),
        ('<img src="media:x" alt="" role="presentation">', []),
        ('<img src="media:x" alt="会议现场">', []),
    ],
)
def test_a_picture_says_what_it_shows_or_is_marked_decorative(image: str, rules: list[str]):
    assert rules_in(f"<p>正文{image}</p>") == rules


def test_a_link_to_a_page_of_ours_that_is_not_there_is_found():
    lists = Lists(
        TODAY,
        Wordings.of(),
        own_pages={"http://site.invalid/a/1.html": False, "http://site.invalid/a/2.html": True},
    )
    body = '<p><a href="http://site.invalid/a/1.html#x">旧文</a><a href="http://site.invalid/a/2.html">新文</a></p>'
    assert [(one.rule, one.words) for one in found_in(body, lists)] == [("dead_link", "旧文")]


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("http://site.invalid/practice/a/1.html", True), ("/practice/", True),
        ("http://site.invalid/practice", True),
        ("http://site.invalid/practices/1.html", False), ("/practices/", False),
        ("http://site.invalid/a/1.html", False), ("http://other.invalid/practice/", False),
    ],
)  # fmt: skip
def test_a_real_text_does_not_lead_to_the_practice_site(address: str, is_found: bool):
    body = f'<p><a href="{address}">文件</a></p>'
    real = Lists(TODAY, Wordings.of(), practice_front="http://site.invalid/practice")
    assert [one.rule for one in found_in(body, real)] == ["practice_link"] * is_found
    assert found_in(body, Lists(TODAY, Wordings.of())) == ()


@pytest.mark.parametrize("state", ["unreadable", "locked", "too_large", "no_text"])
def test_an_attachment_nobody_could_read_is_told(state: Any):
    file = Attachment("a" * 64, "名单.pdf", "application/pdf", 1)
    texts = {file.sha256: MediaText(state, ())}
    assert rules_in("<p>正文</p>", attachments=(file,), texts=texts) == [f"attachment_{state}"]


def test_the_words_of_a_picture_are_looked_through():
    picture = Picture("a" * 64, "image/png", 1, 1, 1, "甲某电话13812345678")
    assert rules_in("<p>正文</p>", pictures=(picture,)) == ["mobile_number"]


PERSON = "<tr><td>甲某</td><td>一</td></tr>"


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{' ' * 400_000}完</p>",
        f"<p>某政办发〔2026〕{' ' * 200_000}完</p>",
        f"<table><tr><td>姓名{' ' * 100_000}完</td><td>乙</td></tr></table>",
        f"<table><tr><td>姓名</td><td>{'出生日期' * 60_000}</td></tr>{PERSON * 2}</table>",
    ],
    ids=["blanks", "blanks behind a year", "blanks in a head", "one word over and over"],
)
def test_no_text_keeps_a_pattern_busy(body: str):
    begun = time.process_time()
    found_in(body)
    # Linear: a quarter of a second. With a pattern that goes back at every sign it was hours, and a pattern
    # at work lets nothing else of the process run.
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("makers", ["kept", "signed", "packed"])
def test_an_attachment_that_still_says_who_made_it_is_told(makers: Any):
    file = Attachment("a" * 64, "名单.doc", "application/msword", 9)
    texts = {file.sha256: MediaText("read", (), makers)}
    assert rules_in("<p>正文</p>", attachments=(file,), texts=texts) == [f"attachment_makers_{makers}"]
