import asyncio

import aiohttp
import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, WeChatCaller, WeiboCaller

SHARE = "/2/statuses/share.json"


async def test_a_line_cut_after_the_act_leaves_a_post_and_no_answer(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "drop_after")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await weibo.share(f"通知 {LINK}")
    assert (stage.weibo.posts_carrying(LINK), stage.weibo.requests(SHARE)) == (1, 1)


async def test_a_line_cut_before_the_act_leaves_nothing(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "drop_before")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await weibo.share(f"通知 {LINK}")
    assert (stage.weibo.posts_carrying(LINK), stage.weibo.requests(SHARE)) == (0, 1)


@pytest.mark.parametrize(("fault", "posts"), [("502_before", 0), ("502_after", 1)])
async def test_the_gateway_answers_502_without_json(
    weibo: WeiboCaller, stage: Sandbox, fault: str, posts: int
):
    stage.weibo.next_call(SHARE, fault)
    reply = await weibo.share(f"通知 {LINK}")
    assert (reply.status, b"<html>" in reply.body, stage.weibo.posts_carrying(LINK)) == (502, True, posts)


@pytest.mark.parametrize(("fault", "posts"), [("error", 0), ("error_after", 1)])
async def test_an_error_can_be_put_into_the_platforms_mouth(
    weibo: WeiboCaller, stage: Sandbox, fault: str, posts: int
):
    stage.weibo.next_call(SHARE, fault, body={"error_code": 10011, "error": "RPC error"})
    reply = await weibo.share(f"通知 {LINK}")
    assert (reply.status, reply.json["error_code"], stage.weibo.posts_carrying(LINK)) == (400, 10011, posts)


async def test_an_error_of_wechat_comes_with_200(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.next_call("/cgi-bin/draft/count", "error", body={"errcode": -1, "errmsg": "system error"})
    reply = await wechat.get("/cgi-bin/draft/count", access_token=wechat.token)
    assert (reply.status, reply.json["errcode"]) == (200, -1)


@pytest.mark.parametrize(("fault", "posts"), [("hang", 1), ("hang_before", 0)])
async def test_a_hanging_call_gives_no_answer(weibo: WeiboCaller, stage: Sandbox, fault: str, posts: int):
    stage.weibo.next_call(SHARE, fault, seconds=0.05)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await weibo.share(f"通知 {LINK}")
    assert stage.weibo.posts_carrying(LINK) == posts


async def test_a_hanging_call_ends_when_the_platform_closes(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "hang")
    call = asyncio.create_task(weibo.share(f"通知 {LINK}"))
    await asyncio.sleep(0.1)
    await stage.close()
    with pytest.raises(aiohttp.ClientError):
        await call


async def test_a_slow_answer_comes_after_the_act(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "slow", seconds=0.1)
    assert (await weibo.share(f"通知 {LINK}")).status == 200


async def test_a_late_act_takes_place_though_the_caller_has_gone(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "late")
    call = asyncio.create_task(weibo.share(f"通知 {LINK}"))
    while not stage.weibo.requests(SHARE):  # noqa: ASYNC110 - the platform tells nobody
        await asyncio.sleep(0.01)
    call.cancel()
    before = stage.weibo.posts_carrying(LINK)
    await stage.close()
    assert (before, stage.weibo.posts_carrying(LINK)) == (0, 1)


async def test_a_truncated_answer_is_no_json(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "truncated")
    reply = await weibo.share(f"通知 {LINK}")
    with pytest.raises(ValueError, match=r".+"):
        _ = reply.json
    assert (reply.status, stage.weibo.posts_carrying(LINK)) == (200, 1)


async def test_a_fault_strikes_as_often_as_it_was_asked_to(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "502_before", times=2)
    statuses = [(await weibo.share(f"通知{number} {LINK}")).status for number in range(3)]
    assert statuses == [502, 502, 200]


async def test_a_fault_waits_for_the_call_of_its_path(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call(SHARE, "502_before")
    assert (await weibo.read("account/get_uid")).status == 200
    assert len(stage.weibo.wire.queued()) == 1


async def test_a_fault_of_any_path_strikes_the_next_call(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call("*", "502_before")
    assert (await weibo.read("account/get_uid")).status == 502


async def test_the_control_addresses_are_neither_struck_nor_counted(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.next_call("*", "502_before")
    assert ((await weibo.get("/_sandbox/state")).status, stage.weibo.requests()) == (200, 0)
