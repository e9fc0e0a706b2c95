"""What a look may claim, and taking articles down (channels/wechat/CONTRACT.md §5, §14)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from channels.contract import (
    LOOKED_AT,
    Absent,
    CouldNotLook,
    NotAccepted,
    OutcomeUnknown,
    Receipt,
    Removed,
    WithdrawByHand,
    Withdrawn,
)
from channels.sandbox.wechat.book import FIRST_JOB, Article, Draft, Job
from channels.wechat.identity import Identity, job_key, read_identity
from tests.channels.memory_shelf import a_content
from tests.channels.wechat_stage import Notes, Stage, a_wechat, receipt_of
from tests.conftest import Hand


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Stage]:
    async with a_wechat(now) as opened:
        yield opened


def an_article(number: int) -> Article:
    return Article("news", f"旧文{number}", "", "", "", f"http://old.example.cn/{number}", "", 0, 0)


def publish_others(stage: Stage, count: int) -> None:
    """Let so many other articles come out at the account, a second apart, after what is there."""
    jobs, at = stage.platform.book.jobs, stage.now()
    for number in range(count):
        key, taken = f"k{len(jobs):021d}", at + timedelta(seconds=number)
        jobs[FIRST_JOB + len(jobs)] = Job(
            "", (an_article(number),), (key,), f"A{len(jobs)}", taken, (0,), 0.0
        )
    stage.now.move(seconds=count)


def lay_other_drafts(stage: Stage, count: int) -> None:
    """Let so many other drafts lie on top of what is in the box."""
    for number in range(count):
        at = stage.now.move(seconds=1)
        stage.platform.book.drafts[f"d{number}"] = Draft((an_article(number),), at, at, f"p{number}")


async def look(stage: Stage, notes: Notes, since: datetime) -> object:
    steps = notes.steps | {LOOKED_AT: stage.now().isoformat()}
    return await stage.channel().find(stage.post(), since=since, notes=steps)


@pytest.mark.parametrize("others", [0, 59, 75, 190])
async def test_an_article_is_taken_down_however_many_came_after_it(stage: Stage, others: int):
    receipt = await stage.published()
    publish_others(stage, others)
    assert await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now()) == Withdrawn()
    assert stage.standing()[0] == 0


@pytest.mark.parametrize("others", [0, 75])
async def test_an_article_known_only_by_its_job_is_taken_down(stage: Stage, others: int):
    receipt = receipt_of(await stage.publish())
    stage.now.move(seconds=5)
    publish_others(stage, others)
    assert await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now()) == Withdrawn()
    assert stage.standing()[0] == 0


async def test_an_article_whose_id_nobody_knows_is_found_in_the_list(stage: Stage):
    await stage.published()
    publish_others(stage, 75)
    receipt = Receipt("person:1", None, stage.now())
    assert await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now()) == Withdrawn()
    assert stage.standing()[0] == 0


async def test_what_stands_further_back_than_a_look_reaches_is_not_called_gone(stage: Stage):
    await stage.published()
    publish_others(stage, 200)
    receipt = Receipt("person:1", None, stage.now())
    taken = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert isinstance(taken, WithdrawByHand)
    assert stage.standing()[0] == 1


async def test_what_is_listed_nowhere_is_not_called_gone(stage: Stage):
    receipt = Receipt("person:1", None, stage.now())
    taken = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert isinstance(taken, WithdrawByHand)


async def test_an_article_on_its_way_out_is_taken_down_when_it_is_out(stage: Stage):
    stage.platform.switch(job_statuses=(1, 0), job_seconds=100.0)
    receipt = receipt_of(await stage.publish())
    first = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    stage.now.move(seconds=200)
    second = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert (isinstance(first, NotAccepted), second, stage.standing()[0]) == (True, Withdrawn(), 0)


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6])
async def test_a_job_that_brought_nothing_out_has_nothing_to_take_down(stage: Stage, status: int):
    stage.platform.switch(job_statuses=(status,))
    receipt = receipt_of(await stage.publish())
    assert await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now()) == Withdrawn()


@pytest.mark.parametrize("fault", ["drop_after", "502_before", "hang"])
async def test_taking_down_without_an_answer_is_done_again(stage: Stage, fault: str):
    receipt = await stage.published()
    stage.fault("freepublish/delete", fault)
    first = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    second = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert (isinstance(first, NotAccepted), second, stage.standing()[0]) == (True, Withdrawn(), 0)


@pytest.mark.parametrize("code", [48001, 48004])
async def test_an_account_without_the_right_hands_it_to_a_person(stage: Stage, code: int):
    receipt = await stage.published()
    stage.says("freepublish/delete", code)
    taken = await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert isinstance(taken, WithdrawByHand)


async def test_nothing_was_sent_so_it_is_absent(stage: Stage):
    assert await look(stage, Notes(), stage.now()) == Absent()


async def test_a_draft_that_was_never_submitted_is_absent_and_used_again(stage: Stage):
    notes, since = Notes(), stage.now()
    stage.says("freepublish/submit", 53501)
    await stage.publish(notes=notes)
    del notes.steps["submitted_at"]
    assert await look(stage, notes, since) == Absent()


async def test_while_a_lost_submission_may_run_nothing_is_absent(stage: Stage):
    notes, since = Notes(), stage.now()
    stage.fault("freepublish/submit", "drop_before")
    await stage.publish(notes=notes)
    stage.now.move(minutes=119)
    assert isinstance(await look(stage, notes, since), CouldNotLook)


async def test_a_submission_that_shows_nothing_for_two_hours_was_never_taken(stage: Stage):
    notes, since = Notes(), stage.now()
    stage.fault("freepublish/submit", "drop_before")
    await stage.publish(notes=notes)
    stage.now.move(minutes=121)
    assert await look(stage, notes, since) == Absent()


async def test_without_the_time_of_the_look_nothing_is_absent(stage: Stage):
    notes, since = Notes(), stage.now()
    stage.fault("freepublish/submit", "drop_before")
    await stage.publish(notes=notes)
    stage.now.move(days=1)
    sighting = await stage.channel().find(stage.post(), since=since, notes=notes.steps)
    assert isinstance(sighting, CouldNotLook)


async def test_a_draft_that_was_used_up_without_an_article_is_no_absence(stage: Stage):
    stage.platform.switch(draft_consumed="at_submit", job_statuses=(1,))
    notes, since = Notes(), stage.now()
    stage.fault("freepublish/submit", "drop_after")
    await stage.publish(notes=notes)
    stage.now.move(days=1)
    assert isinstance(await look(stage, notes, since), CouldNotLook)


async def test_an_article_is_found_by_its_mark_alone(stage: Stage):
    since = stage.now()
    await stage.published()
    seen = receipt_of(await look(stage, Notes(), since))
    assert read_identity(seen.platform_id).article == next(iter(stage.platform.book.jobs.values())).article_id


async def test_a_listed_address_is_never_taken_for_the_permanent_link(stage: Stage):
    since = stage.now()
    await stage.published()
    assert receipt_of(await look(stage, Notes(), since)).link is None


async def test_a_job_that_the_platform_told_of_gives_the_permanent_link(stage: Stage):
    since = stage.now()
    live = await stage.published()
    job, article = live.platform_id.split("/")
    await stage.uploads.keep("a1", job_key(article), job)
    seen = receipt_of(await look(stage, Notes(), since))
    assert (seen.link, seen.platform_id) == (live.link, live.platform_id)


async def test_a_job_that_somebody_made_up_gives_no_link(stage: Stage):
    since = stage.now()
    live = await stage.published()
    await stage.published(a_content("i2"))
    other = list(stage.platform.book.jobs)[1]
    await stage.uploads.keep("a1", job_key(live.platform_id.split("/")[1]), str(other))
    assert receipt_of(await look(stage, Notes(), since)).link is None


@pytest.mark.parametrize("others", [65, 170])
async def test_a_look_goes_as_far_back_as_the_first_try(stage: Stage, others: int):
    since = stage.now()
    await stage.published()
    publish_others(stage, others)
    assert isinstance(await look(stage, Notes(), since), Receipt)


async def test_a_list_that_is_too_long_proves_nothing(stage: Stage):
    since = stage.now()
    publish_others(stage, 300)
    assert isinstance(await look(stage, Notes(), since), CouldNotLook)


async def test_a_look_ends_where_nothing_of_ours_can_stand(stage: Stage):
    publish_others(stage, 300)
    stage.now.move(days=1)
    assert await look(stage, Notes(), stage.now()) == Absent()
    assert stage.calls("freepublish/batchget") == 1


async def test_drafts_further_back_are_looked_through_too(stage: Stage):
    notes, since = Notes(), stage.now()
    stage.fault("draft/add", "drop_after")
    assert isinstance(await stage.publish(notes=notes), OutcomeUnknown)
    lay_other_drafts(stage, 70)
    assert await look(stage, notes, since) == Absent()
    lay_other_drafts(stage, 300)
    assert isinstance(await look(stage, notes, since), CouldNotLook)


async def test_an_older_releases_article_is_not_this_ones(stage: Stage):
    since = stage.now()
    await stage.published(replace(a_content(), release=1))
    newer = stage.post(replace(a_content(), release=2))
    assert await stage.channel().find(newer, since=since, notes={}) == Absent()


async def test_an_earlier_trys_job_is_not_taken_for_a_later_one(stage: Stage):
    stage.platform.switch(job_statuses=(4,))
    notes, since = Notes(), stage.now()
    first = receipt_of(await stage.publish(notes=notes))
    stage.platform.switch(job_statuses=(0,))
    stage.now.move(minutes=5)
    stage.fault("freepublish/submit", "drop_after")
    await stage.publish(notes=notes)
    seen = receipt_of(await look(stage, notes, since))
    assert (seen.platform_id != first.platform_id, seen.live_at is not None) == (True, True)


@pytest.mark.parametrize("fault", ["502_before", "drop_after", "hang", "truncated"])
@pytest.mark.parametrize("which", ["draft/batchget", "freepublish/batchget"])
async def test_a_look_that_breaks_proves_nothing(stage: Stage, which: str, fault: str):
    stage.fault(which, fault)
    assert isinstance(await look(stage, Notes(), stage.now()), CouldNotLook)


@pytest.mark.parametrize("body", [{"item": None}, {"item": {}}, {}, {"errcode": -1}, {"errcode": 45009}])
async def test_a_list_that_is_none_proves_nothing(stage: Stage, body: dict[str, object]):
    stage.fault("freepublish/batchget", "error", body=body)
    assert isinstance(await look(stage, Notes(), stage.now()), CouldNotLook)


async def test_entries_that_make_no_sense_are_passed_over(stage: Stage):
    body = {
        "total_count": 3,
        "item": [None, {"article_id": 7}, {"article_id": "a", "content": {"news_item": [1]}}],
    }
    stage.fault("freepublish/batchget", "error", body=body)
    assert await look(stage, Notes(), stage.now()) == Absent()


async def test_a_live_article_is_still_there(stage: Stage):
    receipt = await stage.published()
    assert await stage.channel().watch(receipt, stage.post()) == receipt


@pytest.mark.parametrize(("status", "word"), [(5, "删除"), (6, "平台删除")])
async def test_what_somebody_removed_later_is_noticed(stage: Stage, status: int, word: str):
    stage.platform.switch(job_statuses=(0, status), job_seconds=3600.0)
    receipt = await stage.published()
    stage.now.move(hours=2)
    seen = await stage.channel().watch(receipt, stage.post())
    assert isinstance(seen, Removed)
    assert word in seen.reason


async def test_an_article_without_a_job_is_watched_by_its_own_number(stage: Stage):
    receipt = await stage.published()
    alone = Receipt(f"/{receipt.platform_id.split('/')[1]}", None, stage.now())
    before = await stage.channel().watch(alone, stage.post())
    await stage.channel().withdraw(receipt, stage.post(), reason="", at=stage.now())
    assert (before, isinstance(await stage.channel().watch(alone, stage.post()), Removed)) == (alone, True)


@pytest.mark.parametrize("path", ["freepublish/get", "freepublish/getarticle"])
@pytest.mark.parametrize("fault", ["502_before", "hang", "truncated"])
async def test_a_watch_that_breaks_removes_nothing(stage: Stage, path: str, fault: str):
    receipt = await stage.published()
    if path.endswith("getarticle"):
        receipt = Receipt(f"/{receipt.platform_id.split('/')[1]}", None, stage.now())
    stage.fault(path, fault)
    assert isinstance(await stage.channel().watch(receipt, stage.post()), CouldNotLook)


@pytest.mark.parametrize(
    "identity",
    [Identity(draft="m"), Identity(job="1"), Identity(job="1", article="A-_"), Identity(article="A")],
)
def test_an_identity_is_read_as_it_was_written(identity: Identity):
    assert read_identity(str(identity)) == identity


@pytest.mark.parametrize("text", ["", "person:7", "found", "b5O2OUs"])
def test_what_a_person_wrote_is_no_identity(text: str):
    assert read_identity(text) == Identity()
