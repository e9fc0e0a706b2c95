"""server/review/differences.py: what changed, sentence by sentence."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.differences import Piece, compare_texts

TEXT = st.text(alphabet="甲乙丙。！？；\n”", max_size=60)


def test_a_changed_sentence_stands_alone():
    pieces = compare_texts("第一句。第二句。第三句。", "第一句。改过的句子。第三句。")
    assert pieces == (
        Piece("same", "第一句。"),
        Piece("gone", "第二句。"),
        Piece("new", "改过的句子。"),
        Piece("same", "第三句。"),
    )


def test_a_closing_quotation_mark_belongs_to_its_sentence():
    assert compare_texts("他说：“好。”走了。", "他说：“好。”")[0] == Piece("same", "他说：“好。”")


def test_equal_texts_differ_in_nothing():
    assert compare_texts("一。二。", "一。二。") == (Piece("same", "一。二。"),)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_from_the_pieces(old: str, new: str):
    pieces = compare_texts(old, new)
    assert "".join(one.text for one in pieces if one.what != "new") == old
    assert "".join(one.text for one in pieces if one.what != "gone") == new


REPEATED = {
    "one sentence over and over": ("甲。" * 4000, "甲。" * 3000),
    "with others between": ("甲。" * 4000, "".join(f"甲。{n}。" for n in range(2000))),
    "a few hundred of it": ("甲。" * 447, "".join(f"甲。{n}。" for n in range(447))),
    "lines": ("甲\n" * 15_000, "".join(f"甲\n{n}\n" for n in range(7000))),
}


@pytest.mark.parametrize("name", REPEATED)
def test_what_repeats_itself_costs_seconds_at_most_and_nothing_is_lost(name: str):
    old, new = REPEATED[name]
    begun = time.process_time()
    pieces = compare_texts(old, new)
    assert time.process_time() - begun < 20
    assert "".join(one.text for one in pieces if one.what != "new") == old
    assert "".join(one.text for one in pieces if one.what != "gone") == new


def test_a_long_list_with_figures_that_come_often_is_still_told_line_by_line():
    rows = [f"第{n}户\n是\n{n % 7}\n" for n in range(1500)]
    changed = [*rows[:700], "添一户\n是\n3\n", *rows[700:]]
    gone = [one.text for one in compare_texts("".join(rows), "".join(changed)) if one.what == "gone"]
    assert gone == []
