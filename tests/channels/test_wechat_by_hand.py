"""Drafts that a person publishes in the platform's console (channels/wechat/CONTRACT.md §0.7, §0.10)."""

from collections.abc import AsyncIterator

import pytest

from channels.contract import Absent, ByHand, Receipt, WithdrawByHand, Withdrawn
from channels.wechat.identity import job_key, read_identity
from tests.channels.wechat_stage import Notes, Stage, a_wechat
from tests.conftest import Hand


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Stage]:
    async with a_wechat(now) as opened:
        yield opened


async def placed(stage: Stage) -> Receipt:
    """Place a draft and give what is kept of it."""
    outcome = await stage.publish()
    assert isinstance(outcome, ByHand)
    assert outcome.ready is not None
    return outcome.ready


async def press(stage: Stage, act: str, receipt: Receipt) -> None:
    """Do as a person does in the console."""
    form = {"act": act, "media_id": read_identity(receipt.platform_id).draft}
    async with stage.session.post(f"{stage.sandbox.wechat_url}/drafts", data=form) as answer:
        assert answer.status == 200
    stage.now.move(minutes=5)


@pytest.mark.parametrize("code", [48001, 53504, 53505])
async def test_without_the_right_to_publish_the_draft_waits_for_a_person(stage: Stage, code: int):
    stage.says("freepublish/submit", code)
    receipt = await placed(stage)
    assert (stage.platform.drafts_carrying(stage.post().mark), receipt.live_at) == (1, None)


async def test_an_unverified_account_places_drafts(stage: Stage):
    stage.platform.switch(account="unverified")
    await placed(stage)
    assert stage.standing() == (0, 0)


async def test_an_office_may_want_a_person_to_press_the_button(stage: Stage):
    stage.settings["publish"] = "by_hand"
    await placed(stage)
    assert (stage.calls("freepublish/submit"), stage.platform.drafts_carrying(stage.post().mark)) == (0, 1)


async def test_the_reason_says_where_to_go(stage: Stage):
    stage.settings["publish"] = "by_hand"
    outcome = await stage.publish()
    assert isinstance(outcome, ByHand)
    assert "mp.weixin.qq.com" in outcome.reason


async def test_while_nobody_has_published_it_waits_and_costs_no_look_at_the_articles(stage: Stage):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert isinstance(outcome, ByHand)
    assert (outcome.ready, stage.calls("freepublish/batchget")) == (receipt, 0)


async def test_once_a_person_has_published_it_is_live(stage: Stage):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    await press(stage, "publish", receipt)
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert isinstance(outcome, Receipt)
    assert outcome.live_at is not None
    assert stage.standing() == (1, 1)


async def test_with_the_job_from_the_event_it_has_its_permanent_link(stage: Stage):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    await press(stage, "publish", receipt)
    publish_id, job = next(iter(stage.platform.book.jobs.items()))
    await stage.uploads.keep("a1", job_key(job.article_id), str(publish_id))
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert isinstance(outcome, Receipt)
    assert outcome.link == f"{stage.sandbox.wechat_url}/s/{job.keys[0]}"


async def test_a_person_who_publishes_slowly_is_waited_for(stage: Stage):
    stage.settings["publish"] = "by_hand"
    stage.platform.switch(job_statuses=(1, 0), job_seconds=3600.0)
    receipt = await placed(stage)
    await press(stage, "publish", receipt)
    assert isinstance(await stage.channel().confirm(receipt, stage.post(), at=stage.now()), ByHand)


async def test_a_draft_that_is_gone_without_an_article_is_asked_about(stage: Stage):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    await press(stage, "delete", receipt)
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert isinstance(outcome, ByHand)
    assert outcome.ready is None


async def test_where_articles_may_not_be_listed_a_person_is_asked_as_soon_as_the_draft_is_gone(stage: Stage):
    stage.platform.switch(account="unverified")
    receipt = await placed(stage)
    await press(stage, "publish", receipt)
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert isinstance(outcome, ByHand)
    assert (outcome.ready, "登记" in outcome.reason) == (None, True)


@pytest.mark.parametrize("path", ["draft/get", "freepublish/batchget"])
async def test_a_look_that_breaks_asks_nobody(stage: Stage, path: str):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    if path != "draft/get":
        await press(stage, "delete", receipt)
    stage.fault(path, "502_before")
    assert await stage.channel().confirm(receipt, stage.post(), at=stage.now()) == receipt


async def test_a_draft_that_waits_is_deleted_when_the_item_is_withdrawn(stage: Stage):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    taken = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert (taken, stage.platform.drafts_carrying(stage.post().mark)) == (Withdrawn(), 0)


async def test_what_a_person_has_published_meanwhile_is_taken_down(stage: Stage):
    stage.settings["publish"] = "by_hand"
    receipt = await placed(stage)
    await press(stage, "publish", receipt)
    taken = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert (taken, stage.standing()[0]) == (Withdrawn(), 0)


async def test_what_a_person_may_have_published_unseen_is_his_to_take_down(stage: Stage):
    stage.platform.switch(account="unverified")
    receipt = await placed(stage)
    await press(stage, "publish", receipt)
    taken = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert isinstance(taken, WithdrawByHand)


async def test_a_lost_draft_of_an_unverified_account_is_looked_for_in_the_box_alone(stage: Stage):
    stage.platform.switch(account="unverified")
    notes, since = Notes(), stage.now()
    stage.fault("draft/add", "drop_after")
    await stage.publish(notes=notes)
    assert await stage.channel().find(stage.post(), since=since, notes=notes.steps) == Absent()
    await placed(stage)
    assert stage.calls("draft/add") == 1
