import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.run import Sandbox
from channels.sandbox.wechat.calls import read_body
from channels.sandbox.wechat.errors import Refusal
from tests.channels.sandbox.conftest import WeChatCaller
from tests.conftest import Hand


async def count(wechat: WeChatCaller) -> int:
    return (await wechat.look("draft/count")).get("errcode", 0)


async def test_errors_come_with_http_200_and_a_rid_that_tells_the_time(wechat: WeChatCaller, now: Hand):
    reply = await wechat.get("/cgi-bin/draft/count", access_token="no")
    rid = re.search(r"rid: ([0-9a-f]{8})-[0-9a-f]{8}-[0-9a-f]{8}$", reply.json["errmsg"])
    assert (reply.status, int(rid.group(1), 16)) == (200, int(now().timestamp()))


async def test_answers_say_encoding_where_others_say_charset(wechat: WeChatCaller):
    reply = await wechat.get("/cgi-bin/draft/count", access_token=wechat.token)
    assert reply.headers["Content-Type"] == "application/json; encoding=utf-8"


async def test_answers_can_come_as_plain_text(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(text_plain=True)
    reply = await wechat.get("/cgi-bin/draft/count", access_token=wechat.token)
    assert reply.headers["Content-Type"] == "text/plain"


async def test_the_wrong_verb_is_refused(wechat: WeChatCaller):
    assert (
        (await wechat.look("draft/get"))["errcode"],
        (await wechat.ask("draft/count", {}))["errcode"],
    ) == (
        43002,
        43001,
    )


async def test_a_chunked_body_gets_412_and_no_json(wechat: WeChatCaller):
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"media_id":"x"}'

    query = {"access_token": wechat.token}
    reply = await wechat.send("POST", "/cgi-bin/draft/get", data=pieces(), params=query)
    assert (reply.status, reply.body) == (412, b"")


async def test_a_body_that_is_no_json_is_refused(wechat: WeChatCaller):
    bodies = (b"{", b"[]", b"\xff", b"")
    assert [(await wechat.ask("draft/get", body))["errcode"] for body in bodies] == [47001] * 4


@given(st.binary() | st.text().map(str.encode))
def test_any_body_is_read_or_refused(raw: bytes):
    with suppress(Refusal):
        assert isinstance(read_body(raw, "store"), dict)


def test_a_body_of_endless_brackets_is_refused():
    with pytest.raises(Refusal, match="47001"):
        read_body(b"[" * 200_000, "store")


async def test_a_success_can_carry_an_errcode(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(errcode_on_success=True)
    assert (await wechat.look("draft/count"))["errcode"] == 0


def test_escapes_stay_six_characters():
    assert read_body(rb'{"a":"\u4e2d"}', "store") == {"a": r"\u4e2d"}


def test_an_escaped_backslash_before_a_u_is_no_escape():
    assert read_body(rb'{"a":"\\u4e2d"}', "store") == {"a": r"\u4e2d"}


def test_other_escapes_mean_what_they_mean():
    assert read_body(rb'{"a":"x\n\"y\""}', "store") == {"a": 'x\n"y"'}


async def test_the_call_beyond_the_quota_is_refused(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(quotas={"draft/count": 2})
    assert [await count(wechat) for _ in range(3)] == [0, 0, 45009]


async def test_the_quota_is_new_at_midnight_in_beijing(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    stage.wechat.switch(quotas={"draft/count": 1}, token_seconds=86400)
    await wechat.fetch_stable(force=True)
    wechat.token = (await wechat.fetch_stable())["access_token"]
    first = [await count(wechat) for _ in range(2)]
    now.move(hours=14)
    assert (first, await count(wechat)) == ([0, 45009], 0)


async def test_the_quota_can_be_cleared(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(quotas={"draft/count": 1})
    await count(wechat)
    cleared = await wechat.ask("clear_quota", {"appid": wechat.appid})
    assert (cleared["errcode"], await count(wechat)) == (0, 0)


async def test_the_quota_can_be_cleared_ten_times_a_month(wechat: WeChatCaller):
    answers = [await wechat.ask("clear_quota", {"appid": wechat.appid}) for _ in range(11)]
    assert [answer["errcode"] for answer in answers] == [0] * 10 + [48006]


async def test_the_quota_of_an_address_can_be_asked(wechat: WeChatCaller):
    await count(wechat)
    told = await wechat.ask("openapi/quota/get", {"cgi_path": "/cgi-bin/draft/count"})
    assert told["quota"] == {"daily_limit": 1000, "used": 1, "remain": 999}


async def test_too_many_calls_a_minute_are_refused(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    stage.wechat.switch(calls_a_minute=3)
    many = [await count(wechat) for _ in range(4)]
    now.move(minutes=1)
    assert (many[-1], await count(wechat)) == (45011, 0)


async def test_an_unverified_account_may_draft_and_not_publish(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(account="unverified")
    answer = await wechat.submit()
    assert (len(answer["media_id"]), answer["errcode"], stage.wechat.published()) == (64, 48001, ())


async def test_answers_are_literal_utf8(wechat: WeChatCaller):
    made = await wechat.draft(title="医疗救助")
    query, body = {"access_token": wechat.token}, json.dumps({"media_id": made["media_id"]}).encode()
    reply = await wechat.send("POST", "/cgi-bin/draft/get", data=body, params=query)
    assert "医疗救助".encode() in reply.body
