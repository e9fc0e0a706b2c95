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
