from typing import Any

import pytest

from channels.sandbox.run import Sandbox
from channels.sandbox.wechat.audience import openid_of
from tests.channels.sandbox.conftest import LINK, WeChatCaller
from tests.conftest import Hand

ALL = {"is_to_all": True}


async def push(wechat: WeChatCaller, **changes: Any) -> dict[str, Any]:
    media_id = (await wechat.draft())["media_id"]
    body = {"filter": ALL, "msgtype": "mpnews", "mpnews": {"media_id": media_id}, "clientmsgid": "a"}
    return await wechat.ask("message/mass/sendall", body | changes)


async def text(wechat: WeChatCaller, content: str = "通知", **changes: Any) -> int:
    body = {"filter": ALL, "msgtype": "text", "text": {"content": content}}
    return (await wechat.ask("message/mass/sendall", body | changes))["errcode"]


async def test_a_push_reaches_every_follower_once(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    await push(wechat)
    now.move(seconds=2)
    assert (stage.wechat.pushed_carrying(LINK), len(stage.wechat.book.lines)) == (1, 3)


async def test_a_push_says_how_it_stands(wechat: WeChatCaller, now: Hand):
    msg_id = (await push(wechat))["msg_id"]
    words = [(await wechat.ask("message/mass/get", {"msg_id": msg_id}))["msg_status"]]
    now.move(seconds=2)
    words.append((await wechat.ask("message/mass/get", {"msg_id": str(msg_id)}))["msg_status"])
    assert words == ["SENDING", "SEND_SUCCESS"]


async def test_a_push_uses_its_draft_up(wechat: WeChatCaller, now: Hand):
    await push(wechat)
    now.move(seconds=2)
    assert (await wechat.look("draft/count"))["total_count"] == 0


async def test_the_same_client_id_gives_the_first_push_and_no_second(
    wechat: WeChatCaller, stage: Sandbox, now: Hand
):
    first = await push(wechat)
    now.move(seconds=61)
    again = await push(wechat)
    assert (again["errcode"], again["msg_id"], "msg_data_id" in again) == (45065, first["msg_id"], False)
    assert len(stage.wechat.book.pushes) == 1


async def test_the_same_client_id_within_a_minute_is_too_fast(wechat: WeChatCaller):
    await push(wechat)
    assert (await push(wechat))["errcode"] == 45066


async def test_a_failed_push_still_holds_its_client_id(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    stage.wechat.switch(mass_status="err(20001)")
    msg_id = (await push(wechat))["msg_id"]
    now.move(seconds=61)
    word = (await wechat.ask("message/mass/get", {"msg_id": msg_id}))["msg_status"]
    assert (word, (await push(wechat))["errcode"]) == ("SEND_FAIL", 45065)


async def test_other_ids_send_the_same_content_again(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    stage.wechat.switch(kind="service")
    for name in ("a", "b"):
        await push(wechat, clientmsgid=name)
    now.move(seconds=2)
    assert stage.wechat.pushed_carrying(LINK) == 2


async def test_a_client_id_may_have_64_bytes(wechat: WeChatCaller):
    assert [(await push(wechat, clientmsgid=name))["errcode"] for name in ("x" * 65, "x" * 64)] == [45067, 0]


async def test_a_subscription_account_pushes_once_a_day(wechat: WeChatCaller, now: Hand):
    codes = [
        (await push(wechat, clientmsgid="a"))["errcode"],
        (await push(wechat, clientmsgid="b"))["errcode"],
    ]
    now.move(hours=14)  # past midnight in Beijing
    await wechat.renew()
    codes.append((await push(wechat, clientmsgid="c"))["errcode"])
    assert codes == [0, 45028, 0]


async def test_a_push_that_failed_leaves_the_day_free(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(mass_status="send fail")
    await push(wechat, clientmsgid="a")
    stage.wechat.switch(mass_status="send success")
    assert (await push(wechat, clientmsgid="b"))["errcode"] == 0


async def test_a_service_account_reaches_a_follower_four_times_a_month(
    wechat: WeChatCaller, stage: Sandbox, now: Hand
):
    stage.wechat.switch(kind="service", mass_seconds=0)
    for name in "abcde":
        await push(wechat, clientmsgid=name)
    last = list(stage.wechat.book.pushes.values())[-1]
    assert (last.readers, last.filtered) == ((), 3)


async def test_the_word_false_is_no_value(wechat: WeChatCaller):
    assert (await push(wechat, filter={"is_to_all": "false", "tag_id": 2}))["errcode"] == 40008


async def test_a_tag_is_asked_for_under_both_its_names(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(kind="service")
    filters = ({"is_to_all": False, "tag_id": 2}, {"is_to_all": False, "group_id": "2"}, {"is_to_all": False})
    codes = [
        (await push(wechat, filter=one, clientmsgid=str(at)))["errcode"] for at, one in enumerate(filters)
    ]
    assert codes == [0, 0, 45159]


async def test_a_text_with_a_link_elsewhere_is_refused(wechat: WeChatCaller):
    assert [await text(wechat, f"见 {LINK}"), await text(wechat, "")] == [40066, 44004]


async def test_a_draft_that_is_none_is_refused(wechat: WeChatCaller):
    assert (await push(wechat, mpnews={"media_id": "x"}))["errcode"] == 40007


async def test_an_account_without_verification_may_not_push(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(account="unverified")
    assert (await push(wechat))["errcode"] == 48001


async def test_a_named_push_needs_two_followers(wechat: WeChatCaller):
    people = [openid_of(name) for name in ("演练关注者甲", "演练关注者乙")]
    body = {"msgtype": "text", "text": {"content": "通知"}}
    codes = [
        (await wechat.ask("message/mass/send", body | {"touser": named}))["errcode"]
        for named in ([people[0]], "all", ["o1", "o2"], people)
    ]
    assert codes == [40130, 40031, 40003, 0]


async def test_a_preview_reaches_nobody_else_and_keeps_the_draft(wechat: WeChatCaller, stage: Sandbox):
    media_id = (await wechat.draft())["media_id"]
    body = {"msgtype": "mpnews", "mpnews": {"media_id": media_id}, "touser": openid_of("演练关注者甲")}
    said = await wechat.ask("message/mass/preview", body)
    assert (said["errmsg"], len(stage.wechat.book.drafts), stage.wechat.book.pushes) == (
        "preview success",
        1,
        {},
    )


async def test_a_preview_for_a_stranger_is_refused(wechat: WeChatCaller):
    body = {"msgtype": "text", "text": {"content": "x"}}
    assert [
        (await wechat.ask("message/mass/preview", body | who))["errcode"]
        for who in ({"touser": "o"}, {"towxname": "nobody"})
    ] == [40003, 40132]


async def test_deleting_one_article_of_a_push_leaves_the_others(
    wechat: WeChatCaller, stage: Sandbox, now: Hand
):
    articles = [await wechat.article(title=name) for name in ("甲", "乙")]
    media_id = (await wechat.ask("draft/add", {"articles": articles}))["media_id"]
    msg_id = (await push(wechat, mpnews={"media_id": media_id}))["msg_id"]
    now.move(seconds=2)
    keys = next(iter(stage.wechat.book.pushes.values())).keys
    codes = [
        (await wechat.ask("message/mass/delete", {"msg_id": msg_id, "article_idx": index}))["errcode"]
        for index in (3, 2)
    ]
    pages = [(await wechat.get(f"/s/{key}")).status for key in keys]
    assert (codes, pages) == ([40060, 0], [200, 404])


async def test_deleting_all_of_a_push_ends_it(wechat: WeChatCaller, now: Hand):
    msg_id = (await push(wechat))["msg_id"]
    now.move(seconds=2)
    await wechat.ask("message/mass/delete", {"msg_id": msg_id})
    assert (await wechat.ask("message/mass/get", {"msg_id": msg_id}))["msg_status"] == "DELETE"


async def test_an_unknown_push_is_named(wechat: WeChatCaller):
    assert [
        (await wechat.ask(f"message/mass/{name}", {"msg_id": 1}))["errcode"] for name in ("get", "delete")
    ] == [
        40059,
        40059,
    ]


async def test_the_speed_has_five_steps(wechat: WeChatCaller):
    codes = [(await wechat.ask("message/mass/speed/set", {"speed": speed}))["errcode"] for speed in (5, 4)]
    assert (codes, (await wechat.ask("message/mass/speed/get", {}))["speed"]) == ([45083, 0], 4)


@pytest.mark.parametrize("kind", ["wxcard", "mpmusic"])
async def test_a_kind_that_may_not_be_pushed_is_refused(wechat: WeChatCaller, kind: str):
    body = {"filter": ALL, "msgtype": kind, kind: {"card_id": "x"}}
    assert (await wechat.ask("message/mass/sendall", body))["errcode"] in (40008, 48008)


async def test_a_push_is_refused_at_will_and_more_than_sixty_requests_a_minute_are(
    wechat: WeChatCaller, stage: Sandbox
):
    draft = (await wechat.draft())["media_id"]
    push = {"filter": {"is_to_all": True}, "mpnews": {"media_id": draft}, "msgtype": "mpnews"}
    stage.wechat.switch(refuse_mass=48003, pushes_a_minute=1)
    assert (await wechat.ask("message/mass/sendall", push))["errcode"] == 48003
    assert (await wechat.ask("message/mass/sendall", push))["errcode"] == 45011
