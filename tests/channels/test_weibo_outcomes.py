import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels.weibo
from channels.contract import NeedsAuthorisation, NotAccepted, OutcomeUnknown, Refused
from channels.weibo.outcomes import outcome_of

# CONTRACT.md §2.5 and §3: which code belongs to whom.
LOOK_FIRST = (10001, 10002, 10003, 10009, 10010, 10011, 20017, 20019, 20111, 20032)
LATER = (10022, 10023, 10024, 20014, 20016)
AUTHORISE = (10006, 21301, 21314, 21315, 21316, 21317, 21319, 21321, 21327, 21332, 21335, 21337, 21338)
OPERATOR = (10004, 10014, 20015, 20022, 21320, 10007, 10016, 10018, 10021, 20007)
OWNER = (20003, 20031)
EDITOR = (20005, 20006, 20008, 20012, 20013, 20018, 20020, 20021)


def answered(code: object, text: str = "x") -> object:
    return outcome_of(400, {"error_code": code, "error": text, "request": "/2/statuses/share.json"})


@pytest.mark.parametrize("code", LOOK_FIRST)
def test_what_may_have_been_taken_is_looked_for_first(code: int):
    assert isinstance(answered(code), OutcomeUnknown)


@pytest.mark.parametrize("code", LATER)
def test_what_came_too_fast_was_surely_not_taken(code: int):
    outcome = answered(code)
    assert isinstance(outcome, NotAccepted)
    assert outcome.after >= 60


@pytest.mark.parametrize("code", AUTHORISE)
def test_a_permission_that_is_gone_must_be_granted_again(code: int):
    assert isinstance(answered(code), NeedsAuthorisation)


@pytest.mark.parametrize(
    ("code", "who"),
    [
        *((code, "operator") for code in OPERATOR),
        *((code, "owner") for code in OWNER),
        *((code, "editor") for code in EDITOR),
    ],
)
def test_a_refusal_names_its_code_and_who_acts(code: int, who: str):
    outcome = answered(code)
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, outcome.code) == (who, str(code))


def test_every_code_of_the_contract_has_its_class_here():
    path = Path(channels.weibo.__file__).parent / "CONTRACT.md"
    text = path.read_text()
    table = text[text.index("## 3. ") : text.index("## 4. ")]
    rows = [line.split("|")[1] for line in table.splitlines() if re.match(r"\| [0-9]{5}", line)]
    named: set[int] = set()
    for row in rows:
        ends = [tuple(map(int, pair)) for pair in re.findall(r"(\d{5})–(\d{5})", row)]
        named |= {code for first, last in ends for code in range(first, last + 1)}
        named |= set(map(int, re.findall(r"\d{5}", row)))
    known = {*LOOK_FIRST, *LATER, *AUTHORISE, *OPERATOR, *OWNER, *EDITOR, 10017}
    assert named
    assert named <= known


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("appkey not bind domain!", "没有设置安全域名"),
        ("parameter (rip)'s value invalid,expect (x.x.x.x), but get (::1)", "参数的值"),
    ],
)
def test_10017_means_three_things(text: str, words: str):
    outcome = answered(10017, text)
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, words in outcome.reason) == ("operator", True)


@pytest.mark.parametrize("answer", [answered(10017, "text not find domain!"), answered(20014)])
def test_what_comes_and_goes_is_tried_once_more_and_then_the_operators(answer: object):
    assert isinstance(answer, NotAccepted)
    assert answer.last is not None
    assert (answer.after >= 60, answer.last.who_acts) == (True, "operator")


def test_a_code_may_come_as_text():
    assert answered("21327") == answered(21327)


def test_an_unknown_code_is_told_in_the_words_of_the_platform():
    outcome = answered(29999, "a new rule")
    assert isinstance(outcome, Refused)
    assert "a new rule" in outcome.reason


def test_the_words_of_the_platform_are_cut():
    outcome = answered(29999, "x" * 5000)
    assert isinstance(outcome, Refused)
    assert len(outcome.reason) < 200


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [None, [], "x", 3, {}, {"error": "x"}, {"error_code": None}])
def test_an_answer_without_a_code_proves_nothing(status: int, body: object):
    assert isinstance(outcome_of(status, body), OutcomeUnknown)


@given(
    st.integers(100, 599),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error_code", "error", "x"]), inner),
    ),
)
def test_no_answer_however_odd_breaks_the_reading(status: int, body: object):
    outcome_of(status, body)
