import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from channels.characters import clean, one_line

ANYTHING = st.text(st.characters(), max_size=120)  # lone surrogates and controls included


@given(ANYTHING)
def test_a_clean_text_can_stand_in_xml(text):
    node = etree.Element("t")
    node.text = clean(text)
    # XML reads CR and CRLF as LF; lxml writes CR as a reference, so nothing changes on the way.
    assert (etree.fromstring(etree.tostring(node)).text or "") == clean(text)


@given(ANYTHING)
def test_a_clean_text_can_be_sent(text):
    assert clean(text).encode().decode() == clean(text)


@given(ANYTHING)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@given(ANYTHING)
def test_one_line_is_one_line_with_clean_edges(text):
    line = one_line(text)
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert "  " not in line


@given(ANYTHING)
def test_making_a_line_twice_changes_nothing(text):
    assert one_line(one_line(text)) == one_line(text)


@given(st.text("关于印发通知〔2026〕ABC12《》（）、。𠮷👨‍👩‍👧", max_size=60))
def test_an_ordinary_text_is_not_touched(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("byte", "sign"),
    [("\x93", "“"), ("\x94", "”"), ("\x96", "–"), ("\x85", "…"), ("\x80", "€"), ("\x7f", "")],
)
def test_what_word_left_behind_becomes_what_was_meant(byte, sign):
    assert clean(f"甲{byte}乙") == f"甲{sign}乙"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200e", "\ufeff"])
def test_a_title_holds_no_mark_that_hides_or_turns_text(sign):
    assert one_line(f"通知{sign}gpj.exe") == "通知gpj.exe"


def test_a_line_break_stays_in_a_clean_text_and_is_a_space_in_a_line():
    assert (clean("一\n二"), one_line("一\r\n\t二")) == ("一\n二", "一 二")


@given(ANYTHING)
def test_no_control_character_is_left(text):
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", clean(text))
