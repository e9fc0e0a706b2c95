"""Publishing, jobs and looks on the pretended platform (channels/wechat/CONTRACT.md §0, §1, §4, §5, §14)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.contract import NotAccepted, OutcomeUnknown, Receipt, Refused
from tests.channels.memory_shelf import a_content
from tests.channels.wechat_stage import Notes, Stage, a_wechat, receipt_of, with_pictures
from tests.conftest import Hand

STEPS = (
    *("stable_token", "draft/batchget", "media/uploadimg", "material/add_material", "draft/add"),
    *("freepublish/submit", "freepublish/get"),
)
FAULTS = ("drop_before", "drop_after", "502_after", "hang", "truncated")


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Stage]:
    async with a_wechat(now) as opened:
        yield opened


async def test_an_item_becomes_one_article_with_its_permanent_link(stage: Stage):
    receipt = await stage.published()
    assert receipt.link is not None
    assert receipt.link.startswith(f"{stage.sandbox.wechat_url}/s/")
    assert "preview" not in receipt.link
    assert stage.standing() == (1, 1)


async def test_a_taken_job_is_accepted_and_not_live(stage: Stage):
    assert receipt_of(await stage.publish()).live_at is None


@pytest.mark.parametrize("ids_as", ["number", "string"])
async def test_job_numbers_are_kept_as_text_however_they_come(stage: Stage, ids_as: str):
    stage.platform.switch(ids_as=ids_as)
    assert receipt_of(await stage.publish()).platform_id == str(next(iter(stage.platform.book.jobs)))


async def test_a_running_job_is_asked_again_until_it_ends(stage: Stage):
    stage.platform.switch(job_statuses=(1, 1, 0), job_seconds=100.0)
    content = a_content()
    receipt = receipt_of(await stage.publish(content))
    seen = []
    for _look in range(3):
        outcome = receipt_of(await stage.channel().confirm(receipt, stage.post(content), at=stage.now()))
        seen.append(outcome.live_at is not None)
        stage.now.move(seconds=100)
    assert seen == [False, False, True]


@pytest.mark.parametrize(
    ("status", "who"), [(2, "editor"), (3, "operator"), (4, "editor"), (5, "owner"), (6, "owner")]
)
async def test_a_job_that_fails_is_refused(stage: Stage, status: int, who: str):
    stage.platform.switch(job_statuses=(1, status))
    receipt = receipt_of(await stage.publish())
    stage.now.move(seconds=5)
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert isinstance(outcome, Refused)
    assert outcome.who_acts == who


async def test_a_test_account_ends_in_failure(stage: Stage):
    stage.platform.switch(account="test")
    receipt = receipt_of(await stage.publish())
    stage.now.move(seconds=5)
    assert isinstance(await stage.channel().confirm(receipt, stage.post(), at=stage.now()), Refused)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_breaks_on_the_way_one_article_stands_in_the_end(stage: Stage, step: str, fault: str):
    content = with_pictures(a_content(), stage.picture())
    stage.fault(step, fault)
    receipt = await stage.carry(content)
    assert stage.standing(content) == (1, 1)
    assert receipt.live_at is not None


@pytest.mark.parametrize("consumed", ["at_success", "at_submit"])
@pytest.mark.parametrize("job_statuses", [(0,), (1, 0), (1, 1, 1, 1, 0)])
async def test_a_lost_answer_to_the_submission_is_looked_up_however_slow_the_job(
    stage: Stage, consumed: str, job_statuses: tuple[int, ...]
):
    stage.platform.switch(draft_consumed=consumed, job_statuses=job_statuses, job_seconds=400.0)
    stage.fault("freepublish/submit", "drop_after")
    await stage.carry()
    assert stage.standing() == (1, 1)


@pytest.mark.parametrize("fault", ["drop_after", "502_after", "hang", "truncated"])
async def test_a_submission_without_an_answer_is_unknown(stage: Stage, fault: str):
    stage.fault("freepublish/submit", fault)
    assert isinstance(await stage.publish(), OutcomeUnknown)


@pytest.mark.parametrize("code", [-1, 61450])
async def test_a_busy_submission_is_unknown(stage: Stage, code: int):
    stage.fault("freepublish/submit", "error_after", body={"errcode": code, "errmsg": "system error"})
    assert isinstance(await stage.publish(), OutcomeUnknown)


@pytest.mark.parametrize("step", ["media/uploadimg", "material/add_material", "draft/batchget"])
@pytest.mark.parametrize("fault", ["drop_after", "502_after"])
async def test_before_the_draft_nothing_is_unknown(stage: Stage, step: str, fault: str):
    stage.fault(step, fault)
    assert isinstance(await stage.publish(with_pictures(a_content(), stage.picture())), NotAccepted)


@pytest.mark.parametrize("code", [45009, 45011, 53501])
async def test_a_submission_over_the_rate_was_not_taken(stage: Stage, code: int):
    stage.says("freepublish/submit", code)
    assert isinstance(await stage.publish(), NotAccepted)


async def test_after_a_refused_submission_the_draft_is_used_again(stage: Stage):
    stage.says("freepublish/submit", 53501)
    await stage.publish()
    await stage.publish()
    assert (stage.calls("draft/add"), stage.standing()) == (1, (1, 1))


async def test_every_step_is_noted_before_the_next_call(stage: Stage):
    notes = Notes()
    stage.fault("freepublish/submit", "drop_after")
    await stage.publish(notes=notes)
    assert ("draft" in notes.steps, "submitted_at" in notes.steps, "publish_id" in notes.steps) == (
        True,
        True,
        False,
    )


async def test_text_goes_out_as_it_is_and_not_as_escapes(stage: Stage):
    stage.platform.switch(escapes="refuse")
    content = a_content(title="公告：“😀” é", summary="摘要", body_html="<p>正文“😀”</p>")
    await stage.published(content)
    article = stage.platform.published()[0]
    assert (article.title, article.digest) == ("公告：“😀” é", "摘要")


async def test_answers_are_read_as_utf8_whatever_they_call_themselves(stage: Stage):
    stage.platform.switch(text_plain=True)
    assert (await stage.published()).live_at is not None


async def test_control_characters_in_answers_are_read(stage: Stage):
    stage.fault("draft/batchget", "error", body='{"total_count":0,"item_count":0,"item":[],"x":"a\tb\x0b"}')
    assert isinstance(await stage.publish(), Receipt)


@pytest.mark.parametrize("body", ["", "null", "[]", "{", "<html>", '"text"', "0"])
async def test_an_answer_that_is_none_is_unknown(stage: Stage, body: str):
    stage.fault("freepublish/submit", "error_after", body=body)
    assert isinstance(await stage.publish(), OutcomeUnknown)


@pytest.mark.parametrize("body", [{"errcode": 0}, {"errcode": "?"}, {"publish_id": None}, {}])
async def test_a_success_that_names_no_job_is_unknown(stage: Stage, body: dict[str, Any]):
    stage.fault("freepublish/submit", "error_after", body=body)
    assert isinstance(await stage.publish(), OutcomeUnknown)


async def test_success_with_an_errcode_of_nought_is_success(stage: Stage):
    stage.platform.switch(errcode_on_success=True)
    assert (await stage.published()).live_at is not None


async def test_every_request_says_how_long_it_is(stage: Stage):
    # The platform answers 412 to whatever does not (§1), and then nothing would stand.
    await stage.published(with_pictures(a_content(), stage.picture()))
    assert stage.standing(with_pictures(a_content(), stage.picture())) == (1, 1)


async def test_a_look_that_fails_changes_nothing_about_a_job(stage: Stage):
    receipt = receipt_of(await stage.publish())
    stage.fault("freepublish/get", "502_before")
    outcome = await stage.channel().confirm(receipt, stage.post(), at=stage.now())
    assert not isinstance(outcome, Refused)
