import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.words import is_exact, plain, terms_of, wanted_words, words_of


@given(st.text(max_size=200))
def test_the_plain_text_has_the_length_of_the_written_one(text):
    assert len(plain(text)) == len(text)


@given(st.text(alphabet="医保低救助政策ABab12〔（ ", max_size=30), st.data())
def test_every_piece_of_a_chinese_text_is_found_by_its_words(text, data):
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : start + data.draw(st.integers(1, 6))]
    for term in terms_of(piece):
        if not any(sign.isascii() and sign.isalnum() for sign in term):
            have = words_of(text)
            for word, longer in wanted_words(term):
                assert word in have or (longer and any(one.startswith(word) for one in have))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("医保", {"医保", "保"}),
        ("医疗救助", {"医疗", "疗救", "救助", "助"}),
        ("鄂政发〔2026〕12号", {"鄂政", "政发", "发", "2026", "12", "号"}),
        ("ABC公司", {"abc", "公司", "司"}),
        ("a_b ！？", {"a", "b"}),
    ],
)
def test_a_text_gives_these_words(text, words):
    assert words_of(text) == words


def test_two_characters_are_one_exact_word():
    assert is_exact("医保")
    assert not is_exact("医疗救助")


def test_a_question_without_words_has_no_terms():
    assert terms_of(" % ？ ") == ()
