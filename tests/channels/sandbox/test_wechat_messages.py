from dataclasses import replace
from typing import Any

from channels.sandbox.run import Sandbox
from channels.sandbox.wechat.audience import openid_of
from channels.sandbox.wechat.messages import TEMPLATE
from tests.channels.sandbox.conftest import WeChatCaller
from tests.conftest import Hand

READER = openid_of("演练关注者甲")
VALUES = {name: {"value": "字"} for name in ("first", "keyword1", "remark")}


async def write(wechat: WeChatCaller, content: str = "您好", to: str = READER) -> int:
    body = {"touser": to, "msgtype": "text", "text": {"content": content}}
    return (await wechat.ask("message/custom/send", body))["errcode"]


async def fill(wechat: WeChatCaller, **changes: Any) -> dict[str, Any]:
    body = {"touser": READER, "template_id": TEMPLATE, "data": VALUES}
    return await wechat.ask("message/template/send", body | changes)


async def test_only_who_spoke_within_48_hours_can_be_written_to(
    wechat: WeChatCaller, stage: Sandbox, now: Hand
):
    codes = [await write(wechat)]
    await stage.readers.write(READER, "您好")
    codes.append(await write(wechat))
    now.move(hours=49)
    await wechat.renew()
    codes.append(await write(wechat))
    assert codes == [45015, 0, 45015]


async def test_twenty_messages_may_stay_unanswered(wechat: WeChatCaller, stage: Sandbox):
    await stage.readers.write(READER, "您好")
    assert [await write(wechat) for _ in range(21)] == [0] * 20 + [45047]


async def test_a_message_has_a_reader_and_a_text_that_fits(wechat: WeChatCaller, stage: Sandbox):
    await stage.readers.write(READER, "您好")
    assert [await write(wechat, to="o"), await write(wechat, ""), await write(wechat, "字" * 683)] == [
        40003,
        44004,
        45002,
    ]


async def test_news_to_one_reader_hold_one_article(wechat: WeChatCaller, stage: Sandbox):
    await stage.readers.write(READER, "您好")
    card = {"title": "甲", "description": "乙", "url": "http://a.cn/", "picurl": ""}
    body = {"touser": READER, "msgtype": "news"}
    codes = [
        (await wechat.ask("message/custom/send", body | {"news": {"articles": [card] * count}}))["errcode"]
        for count in (0, 1, 2)
    ]
    assert codes == [44003, 0, 45008]


async def test_a_template_message_of_one_id_is_sent_once_within_ten_minutes(
    wechat: WeChatCaller, stage: Sandbox, now: Hand
):
    first = await fill(wechat, client_msg_id="a")
    again = await fill(wechat, client_msg_id="a")
    now.move(minutes=11)
    later = await fill(wechat, client_msg_id="a")
    assert (again["msgid"], later["msgid"] == first["msgid"], len(stage.wechat.book.lines)) == (
        first["msgid"],
        False,
        2,
    )


async def test_what_is_wrong_with_a_template_message_has_its_code(wechat: WeChatCaller, stage: Sandbox):
    wrong = ({"template_id": "x"}, {"data": {"first": {"value": "字"}}}, {"data": []}, {"touser": "o"})
    codes = [(await fill(wechat, **one))["errcode"] for one in wrong]
    await stage.readers.leave(READER)
    codes.append((await fill(wechat))["errcode"])
    assert codes == [40037, 47003, 47003, 40003, 43004]


async def test_a_notice_needs_the_readers_word_and_tells_no_id(wechat: WeChatCaller, stage: Sandbox):
    body = {"touser": READER, "template_id": "t", "data": {"thing1": {"value": "字"}}}
    refused = await wechat.ask("message/subscribe/bizsend", body)
    followers = stage.wechat.book.followers
    followers[READER] = replace(followers[READER], allows=("t",))
    taken = await wechat.ask("message/subscribe/bizsend", body)
    long = await wechat.ask("message/subscribe/bizsend", body | {"data": {"thing1": {"value": "字" * 21}}})
    assert (refused["errcode"], taken, long["errcode"]) == (43101, {"errcode": 0, "errmsg": "ok"}, 47003)


async def test_the_list_of_followers_ends_without_data(wechat: WeChatCaller):
    first = await wechat.look("user/get")
    last = (
        await wechat.get("/cgi-bin/user/get", access_token=wechat.token, next_openid=first["next_openid"])
    ).json
    assert (first["total"], len(first["data"]["openid"]), last["count"], "data" in last) == (3, 3, 0, False)


async def test_who_left_is_told_of_without_details(wechat: WeChatCaller, stage: Sandbox):
    await stage.readers.leave(READER)
    seen = (await wechat.get("/cgi-bin/user/info", access_token=wechat.token, openid=READER)).json
    assert (seen, (await wechat.look("user/get"))["total"]) == ({"subscribe": 0, "openid": READER}, 2)


async def test_an_address_that_the_platform_does_not_have_is_refused(wechat: WeChatCaller):
    assert (await wechat.look("no/such"))["errcode"] == 40066
