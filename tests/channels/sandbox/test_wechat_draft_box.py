"""The console's draft box, where a person publishes or deletes (channels/wechat/CONTRACT.md §5.7)."""

import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, WeChatCaller
from tests.conftest import Hand

EVIL = '<script>alert("x")</script>'


async def act(wechat: WeChatCaller, name: str, media_id: str) -> int:
    reply = await wechat.send("POST", "/drafts", data={"act": name, "media_id": media_id})
    return reply.status


async def test_a_draft_is_shown_with_its_preview(wechat: WeChatCaller, stage: Sandbox):
    await wechat.draft(title="医疗救助办法")
    preview = next(iter(stage.wechat.book.drafts.values())).preview
    page = (await wechat.get("/drafts")).text
    assert ("医疗救助办法" in page, f"/s/preview/{preview}" in page) == (True, True)


@pytest.mark.parametrize("account", ["verified", "unverified"])
async def test_a_person_publishes_whatever_the_interface_may_do(
    wechat: WeChatCaller, stage: Sandbox, now: Hand, account: str
):
    made = await wechat.draft()
    stage.wechat.switch(account=account)
    status = await act(wechat, "publish", made["media_id"])
    now.move(seconds=5)
    assert (status, stage.wechat.published_carrying(LINK), stage.wechat.drafts_carrying(LINK)) == (303, 1, 0)


async def test_a_person_deletes_a_draft(wechat: WeChatCaller, stage: Sandbox):
    made = await wechat.draft()
    await act(wechat, "delete", made["media_id"])
    assert (stage.wechat.drafts_carrying(LINK), stage.wechat.submitted_carrying(LINK)) == (0, 0)


@pytest.mark.parametrize("name", ["publish", "delete", "", "other"])
async def test_what_is_no_draft_changes_nothing(wechat: WeChatCaller, stage: Sandbox, name: str):
    await wechat.draft()
    assert await act(wechat, name, "none") == 303
    assert (len(stage.wechat.book.drafts), len(stage.wechat.book.jobs)) == (1, 0)


async def test_an_empty_box_says_so_and_that_it_is_a_rehearsal(wechat: WeChatCaller):
    page = (await wechat.get("/drafts")).text
    assert ("草稿箱是空的" in page, "演练环境" in page) == (True, True)


async def test_the_title_of_a_draft_never_becomes_markup(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(title_limit=64)
    await wechat.draft(title=EVIL)
    assert "<script" not in (await wechat.get("/drafts")).text


async def test_a_push_by_hand_uses_up_the_day_of_the_interface(
    wechat: WeChatCaller, stage: Sandbox, now: Hand
):
    by_hand, other = (await wechat.draft())["media_id"], (await wechat.draft(title="乙"))["media_id"]
    await act(wechat, "push", by_hand)
    now.move(seconds=5)
    assert (stage.wechat.pushed_carrying(LINK), by_hand in stage.wechat.book.drafts) == (1, False)
    body = {"filter": {"is_to_all": True}, "mpnews": {"media_id": other}, "msgtype": "mpnews"}
    assert (await wechat.ask("message/mass/sendall", body))["errcode"] == 45028
    await act(wechat, "push", other)
    assert len(stage.wechat.book.pushes) == 1


@pytest.mark.parametrize(("agrees", "word"), [(True, "SEND_SUCCESS"), (False, "SEND_FAIL")])
async def test_a_protected_push_waits_for_the_administrator(
    wechat: WeChatCaller, stage: Sandbox, now: Hand, agrees: bool, word: str
):
    stage.wechat.switch(mass_protected=True)
    draft = (await wechat.draft(title="医疗救助办法"))["media_id"]
    body = {"filter": {"is_to_all": True}, "mpnews": {"media_id": draft}, "msgtype": "mpnews"}
    push = (await wechat.ask("message/mass/sendall", body))["msg_id"]
    now.move(minutes=20)
    assert (await wechat.ask("message/mass/get", {"msg_id": push}))["msg_status"] == "SENDING"
    assert "管理员同意群发" in (await wechat.get("/drafts")).text
    if agrees:
        await wechat.send("POST", "/drafts", data={"act": "agree", "push": str(push)})
    now.move(minutes=11)
    assert (await wechat.ask("message/mass/get", {"msg_id": push}))["msg_status"] == word
    assert "管理员同意群发" not in (await wechat.get("/drafts")).text


@pytest.mark.parametrize("number", ["", "none", "１", "999999999999"])
async def test_agreeing_to_no_push_changes_nothing(wechat: WeChatCaller, stage: Sandbox, number: str):
    await wechat.send("POST", "/drafts", data={"act": "agree", "push": number})
    assert stage.wechat.book.pushes == {}
