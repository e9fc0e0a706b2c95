"""server/review/differences.py: what changed, sentence by sentence."""

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
