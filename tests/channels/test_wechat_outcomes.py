"""Every error code of the contract and who acts after it (channels/wechat/CONTRACT.md §2, §4.1, §5, §11)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import NotAccepted, OutcomeUnknown, Refused
from channels.wechat.outcomes import OUTCOMES, PUBLISH_FAILURES, TOKEN_CODES, outcome_of

OPERATOR = (
    *(40002, 40003, 40013, 40125, 40164, 40243, 41001, 41002, 41004, 48006, 88000),
    *(40008, 40033, 40035, 40038, 40039, 40066, 40097, 40114, 41005, 43002, 43003, 44002, 44003, 45067),
    *(47001, 53502, 53600, 61451),
    *(40016, 40017, 40018, 40019, 40020, 40022, 40023, 40024, 40025, 40026, 40027, 40054, 40055),
    *(45010, 65317),
    *(40059, 40060, 40118, 41003, 41006, 43001, 45159),
)
OWNER = (
    *(42007, 48001, 48003, 48004, 48005, 48008, 48021, 50004, 50007, 53500, 53504, 53505, 65316),
    *(45103, 53404, 53405, 53406, 89503, 89506, 89507),
)
EDITOR = (
    *(40004, 40005, 40006, 40007, 40009, 40048, 40113, 40137, 40155, 41039, 44001, 44004),
    *(45001, 45002, 45003, 45004, 45005, 45008, 45110, 45166, 53401, 53402, 53503, 200001),
)
LATER = {45009: 3600.0, 45028: 3600.0, 45011: 60.0, 45066: 60.0, 53501: 600.0}
UNKNOWN = (-1, 61450, 45065)
ONCE_MORE = (9007, 63001)


def said(code: int) -> dict[str, object]:
    return {"errcode": code, "errmsg": f"text of {code} rid: 68ff2583-479cabd7-08ff32c3"}


@pytest.mark.parametrize(
    ("code", "who"),
    [
        *((code, "operator") for code in OPERATOR),
        *((code, "owner") for code in OWNER),
        *((code, "editor") for code in EDITOR),
    ],
)
def test_a_refusal_names_who_acts(code: int, who: str):
    outcome = outcome_of(said(code))
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, outcome.code) == (who, str(code))


@pytest.mark.parametrize(("code", "after"), LATER.items())
def test_rates_and_quotas_are_tried_again_later(code: int, after: float):
    outcome = outcome_of(said(code))
    assert isinstance(outcome, NotAccepted)
    assert outcome.after == after


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_busy_platform_may_have_acted(code: int):
    assert isinstance(outcome_of(said(code)), OutcomeUnknown)


def test_every_code_of_the_table_is_tried_here():
    assert sorted(OUTCOMES) == sorted((*OPERATOR, *OWNER, *EDITOR, *LATER, *UNKNOWN, *ONCE_MORE))


@pytest.mark.parametrize("code", ONCE_MORE)
def test_what_nobody_can_explain_is_tried_once_more_and_then_an_operator_looks(code: int):
    outcome = outcome_of(said(code))
    assert isinstance(outcome, NotAccepted)
    assert outcome.last is not None
    assert (outcome.after, outcome.last.who_acts) == (60.0, "operator")


def test_the_contract_lists_every_code():
    text = (Path(__file__).parents[2] / "channels/wechat/CONTRACT.md").read_text()
    table = text[text.index("## 11.") : text.index("## 12.")]
    listed = {int(code) for code in re.findall(r"-?\d{1,6}", table.replace("HTTP 412", ""))}
    ranges = [(int(a), int(b)) for a, b in re.findall(r"(\d{5})–(\d{5})", table)]
    listed |= {code for first, last in ranges for code in range(first, last + 1)}
    assert sorted(set(OUTCOMES) - listed) == []


@given(st.integers(min_value=-(2**40), max_value=2**40).filter(lambda code: code not in OUTCOMES and code))
def test_an_unknown_code_is_final_and_keeps_what_was_said(code: int):
    outcome = outcome_of(said(code))
    assert isinstance(outcome, Refused)
    assert outcome.who_acts == "operator"
    assert f"text of {code}" in outcome.reason


@pytest.mark.parametrize("code", [*OPERATOR, *OWNER])
def test_whoever_mends_an_account_gets_the_platforms_own_words(code: int):
    outcome = outcome_of(said(code))
    assert isinstance(outcome, Refused)
    assert "rid: 68ff2583" in outcome.reason


def test_the_refused_address_is_shown_to_the_operator():
    outcome = outcome_of({"errcode": 40164, "errmsg": "invalid ip 10.2.3.4, not in whitelist rid: 1-2-3"})
    assert isinstance(outcome, Refused)
    assert "10.2.3.4" in outcome.reason


@pytest.mark.parametrize("code", sorted(TOKEN_CODES))
def test_token_codes_are_no_refusals(code: int):
    assert code not in OUTCOMES


@pytest.mark.parametrize(
    ("status", "who"), [(2, "editor"), (3, "operator"), (4, "editor"), (5, "owner"), (6, "owner")]
)
def test_a_job_that_failed_names_who_acts(status: int, who: str):
    outcome = PUBLISH_FAILURES[status]
    assert isinstance(outcome, Refused)
    assert outcome.who_acts == who


@pytest.mark.parametrize("outcome", [*OUTCOMES.values(), *PUBLISH_FAILURES.values()])
def test_reasons_are_plain_chinese_with_chinese_punctuation(outcome: Refused | NotAccepted | OutcomeUnknown):
    assert re.search("[\u4e00-\u9fff]", outcome.reason)
    assert not re.search("[,;:?!]", outcome.reason)
