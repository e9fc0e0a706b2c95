"""The access token: one for all, renewed once, never in a loop (channels/wechat/CONTRACT.md §0.4, §2)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from yarl import URL

from channels.contract import NotAccepted, OutcomeUnknown, Receipt, Refused
from channels.wechat.token import Token
from tests.channels.wechat_stage import Stage, a_wechat
from tests.conftest import Hand

ASK = "stable_token"


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Stage]:
    async with a_wechat(now) as opened:
        yield opened


def a_token(stage: Stage, **changes: str) -> Token:
    known = stage.sandbox.credentials()["wechat"]
    keys = {"account_id": "a1", "appid": known["appid"], "secret": known["secret"], **changes}
    return Token(stage.http, URL(known["base_url"]), stage.tokens, **keys)


async def test_a_token_is_fetched_once_and_kept(stage: Stage):
    first = await a_token(stage).get()
    assert (await a_token(stage).get(), stage.calls(ASK)) == (first, 1)


async def test_many_who_need_one_at_once_ask_once(stage: Stage):
    tokens = await asyncio.gather(*(a_token(stage).get() for _ in range(12)))
    assert (len(set(tokens)), stage.calls(ASK)) == (1, 1)


async def test_the_endpoint_of_separate_tokens_is_never_asked(stage: Stage):
    await stage.published()
    assert stage.calls("token") == 0


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(stage: Stage, code: int):
    await a_token(stage).get()
    stage.says("draft/add", code)
    assert isinstance(await stage.publish(), Receipt)
    assert stage.calls("draft/add") == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_refused_for_ever_does_not_loop(stage: Stage, code: int):
    stage.says("draft/add", code, times=1000)
    outcome = await stage.publish()
    assert isinstance(outcome, NotAccepted)
    assert (stage.calls("draft/add"), stage.calls(ASK)) == (2, 3)  # first, the same again, by force


async def test_expired_tokens_are_replaced(stage: Stage):
    await a_token(stage).get()
    stage.platform.expire_tokens()
    assert isinstance(await stage.publish(), Receipt)


async def test_a_token_that_another_process_renewed_is_taken_over(stage: Stage):
    old = await a_token(stage).get()
    await stage.tokens.put("a1", "newer", 60.0)
    assert isinstance(old, str)
    assert (await a_token(stage).renew(old), stage.calls(ASK)) == ("newer", 1)


async def test_force_is_used_only_when_the_platform_gives_the_refused_token_again(stage: Stage):
    old = await a_token(stage).get()
    assert isinstance(old, str)
    new = await a_token(stage).renew(old)
    assert (new != old, stage.calls(ASK)) == (True, 3)


async def test_a_token_about_to_end_is_not_kept(stage: Stage):
    stage.platform.switch(token_seconds=299)
    await a_token(stage).get()
    assert stage.tokens.kept == {}


async def test_a_wrong_secret_is_the_operators_matter(stage: Stage):
    outcome = await a_token(stage, secret="0" * 32).get()
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, outcome.code) == ("operator", "40125")


async def test_a_wrong_secret_reported_as_a_bad_token_is_the_same(stage: Stage):
    stage.says(ASK, 40001)
    outcome = await a_token(stage).get()
    assert isinstance(outcome, Refused)
    assert outcome.code == "40125"


async def test_an_address_that_is_not_on_the_list_is_told_to_the_operator(stage: Stage):
    stage.platform.switch(whitelist=("10.0.0.1",))
    outcome = await a_token(stage).get()
    assert isinstance(outcome, Refused)
    assert "127.0.0.1" in outcome.reason


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "502_before", "hang", "truncated"])
async def test_no_answer_about_a_token_is_no_unknown_post(stage: Stage, fault: str):
    stage.fault(ASK, fault)
    assert isinstance(await stage.publish(), NotAccepted)


async def test_a_busy_platform_gives_the_token_later(stage: Stage):
    stage.says(ASK, -1)
    assert isinstance(await a_token(stage).get(), NotAccepted)


async def test_a_platform_that_cannot_be_reached_has_not_taken_anything(stage: Stage):
    stage.base = "http://127.0.0.1:9"
    outcome = await stage.publish()
    assert isinstance(outcome, NotAccepted)
    assert not isinstance(outcome, OutcomeUnknown)


async def test_neither_token_nor_account_shows_the_secret(stage: Stage):
    secret = stage.sandbox.credentials()["wechat"]["secret"]
    account = replace(stage.account, name="公众号")
    assert secret not in f"{a_token(stage)!r} {stage.channel()!r} {account!r}"


async def test_an_account_says_whether_the_platform_knows_it_and_posts_nothing(stage: Stage):
    assert await stage.channel().reach() is None
    stage.says(ASK, 40125)
    assert "AppSecret" in str(await stage.channel().reach())
    stage.says(ASK, 40164)
    assert "IP" in str(await stage.channel().reach())
    assert (stage.calls("draft/add"), stage.calls(ASK)) == (0, 3)
