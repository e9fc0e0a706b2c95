import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.fitting import ELLIPSIS, fit
from channels.weibo.length import count

# What is torn apart easily: families, flags, skin tones, letters with accents of their own, Mongolian.
MIXED = st.lists(
    st.sampled_from(["字", "a", " ", "，", "👨‍👩‍👧", "🇨🇳", "👍🏽", "e\u0301", "ᠮᠣᠩ", "\r\n", "𠮷"]),
    max_size=60,
).map("".join)
ANY = st.one_of(MIXED, st.text(max_size=120))


@given(ANY, st.integers(0, 80))
def test_what_comes_out_fits(text, limit):
    assert len(fit(text, limit, len)) <= limit


@given(ANY, st.integers(0, 80))
def test_what_comes_out_fits_as_weibo_counts(text, limit):
    assert count(fit(text, limit, count)) <= limit


@given(ANY)
def test_what_fits_already_is_not_touched(text):
    assert fit(text, len(text), len) == text


@given(ANY, st.integers(0, 80))
def test_a_cut_text_is_a_beginning_with_an_ellipsis(text, limit):
    cut = fit(text, limit, len)
    if cut not in ("", text):
        assert cut.endswith(ELLIPSIS)
        assert text.startswith(cut.removesuffix(ELLIPSIS))


@pytest.mark.parametrize("sign", ["👨‍👩‍👧", "🇨🇳", "👍🏽", "e\u0301"])
def test_no_sign_is_torn_apart(sign):
    for limit in range(1, len(sign) + 2):
        assert fit(f"好{sign}好好好", limit, len) in ("", ELLIPSIS, f"好{ELLIPSIS}", f"好{sign}{ELLIPSIS}")


def test_no_comma_stands_before_the_ellipsis():
    assert fit("会议安排，旅游旺季", 6, len) == "会议安排…"


def test_nothing_is_left_where_not_even_an_ellipsis_fits():
    assert fit("字字", 0, len) == ""


def test_as_much_is_kept_as_fits():
    assert fit("一二三四五六", 5, len) == "一二三四…"
