from hypothesis import given
from hypothesis import strategies as st

from server.core.likeness import REPEATS, likeness

DOCUMENT = (
    "<p>对具有本旗户籍的特困人员、最低生活保障家庭成员,参加城乡居民基本医疗保险的个人缴费部分给予全额资助。</p>"
    "<p>门诊慢性病救助比例为百分之七十,年度累计救助限额为八千元。</p>"
)
ANSWERS = "<p>问:哪些人可以申请?答:低保户和特困人员可以到苏木镇政府申请,带上身份证和户口本。</p>"


def test_the_document_again_is_all_repetition():
    assert likeness(DOCUMENT, DOCUMENT) == 100


def test_other_words_about_the_same_matter_repeat_little():
    assert likeness(ANSWERS, DOCUMENT) < 20


def test_an_excerpt_with_one_sentence_of_its_own_is_flagged():
    assert likeness(DOCUMENT + "<p>请遵照执行。</p>", DOCUMENT) >= REPEATS


def test_tags_blanks_and_punctuation_do_not_hide_a_repetition():
    dressed = DOCUMENT.replace("<p>", "<div><b>").replace("</p>", "</b></div>").replace(",", " ")
    assert likeness(dressed, DOCUMENT) == 100


def test_an_interpretation_without_words_repeats_nothing():
    assert likeness('<p><img src="media:0"></p>', DOCUMENT) == 0


@given(st.text(), st.text())
def test_it_is_a_percentage_for_any_two_texts(one: str, other: str):
    assert 0 <= likeness(one, other) <= 100
