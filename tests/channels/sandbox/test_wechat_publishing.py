import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, WeChatCaller
from tests.conftest import Hand


async def job(wechat: WeChatCaller, publish_id: object) -> dict[str, object]:
    return await wechat.ask("freepublish/get", {"publish_id": publish_id})


async def published(wechat: WeChatCaller, now: Hand, **changes: object) -> dict[str, object]:
    answer = await wechat.submit(**changes)
    now.move(seconds=2)
    return await job(wechat, answer["publish_id"])


async def test_a_taken_job_is_not_yet_published(wechat: WeChatCaller, stage: Sandbox):
    answer = await wechat.submit()
    status = (await job(wechat, answer["publish_id"]))["publish_status"]
    assert (answer["errcode"], status, stage.wechat.published_carrying(LINK)) == (0, 1, 0)


async def test_a_job_succeeds_after_its_time(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    done = await published(wechat, now)
    assert (done["publish_status"], stage.wechat.published_carrying(LINK)) == (0, 1)


async def test_publish_ids_are_numbers_beyond_31_bits(wechat: WeChatCaller):
    assert (await wechat.submit())["publish_id"] > 2**31


async def test_publish_ids_can_come_as_text(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(ids_as="string")
    answer = await wechat.submit()
    assert (await job(wechat, answer["publish_id"]))["publish_id"] == answer["publish_id"]
    assert isinstance(answer["publish_id"], str)


async def test_an_article_opens_at_its_permanent_address(wechat: WeChatCaller, now: Hand):
    done = await published(wechat, now, title="医疗救助办法")
    url = done["article_detail"]["item"][0]["article_url"]
    reply = await wechat.get(url.removeprefix(wechat.base))
    assert (reply.status, "医疗救助办法" in reply.text) == (200, True)


async def test_the_permanent_address_is_short_and_stays(wechat: WeChatCaller, now: Hand):
    answer = await wechat.submit()
    now.move(seconds=2)
    urls = [
        (await job(wechat, answer["publish_id"]))["article_detail"]["item"][0]["article_url"] for _ in "ab"
    ]
    assert (urls[0] == urls[1], len(urls[0].rpartition("/s/")[2])) == (True, 22)


async def test_nobody_can_open_an_article_before_its_time(wechat: WeChatCaller, stage: Sandbox):
    await wechat.submit()
    key = next(iter(stage.wechat.book.jobs.values())).keys[0]
    assert (await wechat.get(f"/s/{key}")).status == 404


async def test_a_published_draft_leaves_the_draft_box(wechat: WeChatCaller, now: Hand):
    answer = await wechat.submit()
    before = await wechat.ask("draft/get", {"media_id": answer["media_id"]})
    now.move(seconds=2)
    after = await wechat.ask("draft/get", {"media_id": answer["media_id"]})
    assert ("news_item" in before, after["errcode"]) == (True, 40007)


async def test_a_draft_can_leave_the_box_at_once(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(draft_consumed="at_submit")
    answer = await wechat.submit()
    assert (await wechat.ask("draft/get", {"media_id": answer["media_id"]}))["errcode"] == 40007


async def test_submitting_twice_publishes_twice(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    answer = await wechat.submit()
    await wechat.ask("freepublish/submit", {"media_id": answer["media_id"]})
    now.move(seconds=2)
    assert (stage.wechat.submitted_carrying(LINK), stage.wechat.published_carrying(LINK)) == (2, 2)


@pytest.mark.parametrize("status", [2, 3, 4])
async def test_a_failed_job_names_the_articles_and_keeps_the_draft(
    wechat: WeChatCaller, stage: Sandbox, now: Hand, status: int
):
    stage.wechat.switch(job_statuses=[1, status])
    done = await published(wechat, now)
    assert (done["publish_status"], done["fail_idx"], "article_id" in done) == (status, [1], False)
    assert (stage.wechat.published_carrying(LINK), stage.wechat.drafts_carrying(LINK)) == (0, 1)


async def test_a_published_article_can_be_banned_later(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    stage.wechat.switch(job_statuses=[0, 6])
    answer = await wechat.submit()
    first = (await job(wechat, answer["publish_id"]))["publish_status"]
    now.move(seconds=2)
    key = stage.wechat.book.jobs[answer["publish_id"]].keys[0]
    page = await wechat.get(f"/s/{key}")
    second = (await job(wechat, answer["publish_id"]))["publish_status"]
    assert (first, second, page.status, "违规" in page.text) == (0, 6, 404, True)


async def test_a_job_without_delay_is_done_at_once(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(job_seconds=0)
    answer = await wechat.submit()
    assert (await job(wechat, answer["publish_id"]))["publish_status"] == 0


async def test_a_test_account_always_fails(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    stage.wechat.switch(account="test")
    done = await published(wechat, now)
    assert (done["publish_status"], done["fail_idx"]) == (3, [1])


async def test_an_unknown_job_and_an_unknown_draft_are_refused(wechat: WeChatCaller):
    unknown_job = await job(wechat, "5")
    unknown_draft = await wechat.ask("freepublish/submit", {"media_id": "x"})
    assert (unknown_job["errcode"], unknown_draft["errcode"]) == (53502, 40007)


async def test_published_articles_are_listed_newest_first(wechat: WeChatCaller, now: Hand):
    for title in ("甲", "乙"):
        await published(wechat, now, title=title)
    listed = await wechat.ask("freepublish/batchget", {"offset": 0, "count": 20, "no_content": 1})
    titles = [item["content"]["news_item"][0]["title"] for item in listed["item"]]
    assert titles == ["乙", "甲"]


async def test_the_list_leaves_out_what_is_under_way(wechat: WeChatCaller):
    await wechat.submit()
    assert (await wechat.ask("freepublish/batchget", {"offset": 0, "count": 20}))["total_count"] == 0


async def test_the_address_in_the_list_is_a_temporary_one(wechat: WeChatCaller, now: Hand):
    await published(wechat, now)
    listed = await wechat.ask("freepublish/batchget", {"offset": 0, "count": 20})
    path = listed["item"][0]["content"]["news_item"][0]["url"].removeprefix(wechat.base)
    fresh = await wechat.get(path)
    now.move(hours=12)
    assert (fresh.status, (await wechat.get(path)).status) == (200, 404)


async def test_deleting_takes_the_article_from_its_readers(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    done = await published(wechat, now)
    await wechat.ask("freepublish/delete", {"article_id": done["article_id"], "index": 1})
    url = done["article_detail"]["item"][0]["article_url"]
    assert (await wechat.get(url.removeprefix(wechat.base))).status == 404
    assert (
        (await job(wechat, done["publish_id"]))["publish_status"],
        stage.wechat.published_carrying(LINK),
    ) == (5, 0)


async def test_a_deleted_article_stays_in_the_list_and_says_so(wechat: WeChatCaller, now: Hand):
    done = await published(wechat, now)
    await wechat.ask("freepublish/delete", {"article_id": done["article_id"]})
    got = await wechat.ask("freepublish/getarticle", {"article_id": done["article_id"]})
    assert got["news_item"][0]["is_deleted"] is True


async def test_deleting_index_zero_takes_all(wechat: WeChatCaller, stage: Sandbox, now: Hand):
    article = await wechat.article()
    made = await wechat.ask("draft/add", {"articles": [article, article]})
    answer = await wechat.ask("freepublish/submit", {"media_id": made["media_id"]})
    now.move(seconds=2)
    done = await job(wechat, answer["publish_id"])
    before = stage.wechat.published_carrying(LINK)
    await wechat.ask("freepublish/delete", {"article_id": done["article_id"], "index": 0})
    assert (before, stage.wechat.published_carrying(LINK)) == (2, 0)


async def test_an_unknown_article_is_refused(wechat: WeChatCaller):
    answers = [
        await wechat.ask(f"freepublish/{name}", {"article_id": "x"}) for name in ("delete", "getarticle")
    ]
    assert [answer["errcode"] for answer in answers] == [53600, 53600]


async def test_the_eleventh_deletion_of_a_day_is_refused(wechat: WeChatCaller):
    answers = [await wechat.ask("freepublish/delete", {"article_id": "x"}) for _ in range(11)]
    assert (answers[9]["errcode"], answers[10]["errcode"]) == (53600, 45009)


@pytest.mark.parametrize("code", [53500, 53501, 53503, 53504, 53505, 48004])
async def test_a_submission_is_refused_at_will_and_the_draft_stays(
    wechat: WeChatCaller, stage: Sandbox, code: int
):
    stage.wechat.switch(refuse_submit=code)
    said = await wechat.submit()
    assert (said["errcode"], list(stage.wechat.book.drafts)) == (code, [said["media_id"]])
