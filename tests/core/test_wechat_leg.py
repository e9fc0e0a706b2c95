"""A WeChat delivery from the core's side, with the real adapter and the pretended platform behind it."""

import pytest
from yarl import URL

from channels.wechat.pushes import JobEnded, Push
from server.core.decide import Decision, decide
from server.core.problems import Problem
from server.core.recheck import BLIND
from server.core.uploads import StoreUploads
from server.store.accounts import get_account
from server.store.items import ItemSeen
from server.subscribe.hear import hear
from tests.core.wechat_desk import Desk
from tests.house import SITE, House

SOCIAL = ("website", "wechat")


async def test_an_article_is_accepted_first_and_counted_when_it_is_out(desk: Desk):
    made = await desk.house.published(SOCIAL)
    first = (await desk.state(made.id), ("counted", "wechat") in await desk.house.lines(made.id))
    await desk.wait(seconds=10)
    then = (await desk.state(made.id), ("counted", "wechat") in await desk.house.lines(made.id))
    assert (first, then) == (("accepted", False), ("live", True))


async def test_a_withdrawal_takes_down_the_articles_of_earlier_versions_too(desk: Desk):
    made = await desk.house.published(SOCIAL)
    await desk.wait(seconds=10)
    await desk.house.corrected(made.id, title="更正后的标题")
    await desk.house.release(made.id, SOCIAL, older={"wechat": "keep"})
    await desk.wait(seconds=10)
    await desk.wait(seconds=10)
    before = len(desk.platform.published())
    await desk.house.withdraw(made.id, withdrawn_as="privacy")
    await desk.wait(seconds=1)
    assert (before, desk.platform.published()) == (2, ())
    assert await desk.state(made.id) == "withdrawn"


async def test_a_draft_left_to_a_person_waits_for_him_and_counts_nothing(desk: Desk):
    desk.platform.switch(account="unverified")
    made = await desk.house.published(SOCIAL)
    leg = await desk.leg(made.id)
    assert (leg.state, leg.who_acts, "mp.weixin.qq.com" in (leg.reason or "")) == ("accepted", "owner", True)
    assert ("counted", "wechat") not in await desk.house.lines(made.id)


async def test_once_the_person_has_published_a_look_completes_the_delivery(desk: Desk):
    desk.says("freepublish/submit", 48001)
    made = await desk.house.published(SOCIAL)
    await desk.press("publish")
    await desk.wait(minutes=5)
    leg = await desk.leg(made.id)
    assert (leg.state, leg.reason, leg.who_acts) == ("live", None, "nobody")
    assert (await desk.house.lines(made.id)).count(("counted", "wechat")) == 1


async def test_the_platforms_event_hastens_the_look_and_brings_the_permanent_link(desk: Desk):
    desk.says("freepublish/submit", 48001)
    made = await desk.house.published(SOCIAL)
    await desk.wait(hours=2)
    await desk.press("publish")
    desk.house.now.move(seconds=5)
    publish_id, job = next(iter(desk.platform.book.jobs.items()))
    async with desk.house.store.begin() as tx:
        account = await get_account(tx, (await desk.leg(made.id)).account_id)
        push = Push("gh_1", "o1", "k1", JobEnded(str(publish_id), job.article_id))
        heard = await hear(tx, account, push, SITE, at=desk.house.now())
    await desk.house.run_until_quiet()
    leg = await desk.leg(made.id)
    assert (heard.wakes, leg.state) == (True, "live")
    assert leg.link == f"{desk.sandbox.wechat_url}/s/{job.keys[0]}"


async def test_a_draft_that_vanished_is_a_persons_question_and_his_word_counts(desk: Desk):
    made = await _with_a_vanished_draft(desk)
    link = f"{desk.sandbox.wechat_url}/s/abc"
    await _say(desk, made.id, Decision("it_is_there", link))
    assert (await desk.leg(made.id)).link == link
    assert ("counted", "wechat") in await desk.house.lines(made.id)


async def test_a_link_of_another_host_is_refused_until_somebody_stands_by_it(desk: Desk):
    made = await _with_a_vanished_draft(desk)
    platform = URL(desk.sandbox.wechat_url).host
    for link, host in (
        ("https://news.invalid/s/abc", "news.invalid"),
        (f"https://{platform}@news.invalid/s/abc", "news.invalid"),
        (f"https://{platform}.news.invalid/s/abc", f"{platform}.news.invalid"),
        ("https://[broken/s/abc", "别处"),
    ):
        with pytest.raises(Problem, match="other_host") as refused:
            await _say(desk, made.id, Decision("it_is_there", link))
        assert f"应当在 {platform} 上，这个链接在 {host} 上" in refused.value.message
    assert await desk.state(made.id) == "needs_person"
    await _say(desk, made.id, Decision("it_is_there", "https://news.invalid/s/abc", is_elsewhere=True))
    assert (await desk.leg(made.id)).link == "https://news.invalid/s/abc"


async def _with_a_vanished_draft(desk: Desk) -> ItemSeen:
    desk.platform.switch(account="unverified")
    made = await desk.house.published(SOCIAL)
    await desk.press("publish")
    await desk.wait(minutes=5)
    leg = await desk.leg(made.id)
    assert (leg.state, leg.who_acts) == ("needs_person", "owner")
    return made


async def _say(desk: Desk, item_id: str, decision: Decision) -> None:
    house, leg = desk.house, await desk.leg(item_id)
    async with house.store.begin() as tx:
        await decide(
            tx, leg.id, decision, house.bench, house.place.open_channel, by=house.chief, at=house.now()
        )


async def test_a_draft_that_nobody_publishes_for_a_week_is_asked_about(desk: Desk):
    desk.platform.switch(account="unverified")
    made = await desk.house.published(SOCIAL)
    await desk.wait(days=6, hours=23)
    before = await desk.state(made.id)
    await desk.wait(days=1)
    assert (before, await desk.state(made.id)) == ("accepted", "needs_person")


async def test_waiting_for_a_person_stays_within_the_days_calls(desk: Desk):
    desk.platform.switch(account="unverified")
    made = await desk.house.published(SOCIAL)
    for _hour in range(24):
        await desk.wait(hours=1)
    assert (await desk.state(made.id), desk.calls("draft/get") <= 30) == ("accepted", True)


async def test_an_item_that_is_withdrawn_takes_its_waiting_draft_along(desk: Desk):
    desk.says("freepublish/submit", 48001)
    made = await desk.house.published(SOCIAL)
    await desk.house.withdraw(made.id)
    await desk.wait(minutes=1)
    assert (await desk.state(made.id), desk.platform.book.drafts) == ("withdrawn", {})


@pytest.mark.parametrize("status", [5, 6])
async def test_an_article_that_somebody_removed_is_noticed_and_written_down(desk: Desk, status: int):
    desk.platform.switch(job_statuses=(0, status), job_seconds=3 * 86_400.0)
    made = await desk.house.published(SOCIAL)
    await desk.wait(seconds=10)
    await desk.wait(days=1)
    before = await desk.state(made.id)
    await desk.wait(days=6)
    leg = await desk.leg(made.id)
    assert (before, leg.state, leg.who_acts) == ("live", "gone_at_platform", "owner")
    lines = await desk.house.lines(made.id)
    assert (("withdrawn", "wechat") in lines, ("withdrawn", "item") in lines) == (True, False)


async def test_a_live_article_is_looked_at_three_times_and_then_left_alone(desk: Desk):
    made = await desk.house.published(SOCIAL)
    await desk.wait(seconds=10)
    before = desk.calls("freepublish/get")
    for _day in range(60):
        await desk.wait(days=1)
    leg = await desk.leg(made.id)
    assert (desk.calls("freepublish/get") - before, leg.state, leg.due_at) == (3, "live", None)


async def test_a_look_at_a_live_article_that_breaks_is_made_again(desk: Desk):
    made = await desk.house.published(SOCIAL)
    await desk.wait(seconds=10)
    desk.says("freepublish/get", 45009)
    await desk.wait(days=1)
    leg = await desk.leg(made.id)
    assert (leg.state, leg.due_at) == ("live", desk.house.now() + BLIND)


async def test_over_the_days_calls_a_job_is_asked_for_later(desk: Desk):
    made = await desk.house.published(SOCIAL)
    desk.says("freepublish/get", 45009)
    await desk.wait(seconds=10)
    leg = await desk.leg(made.id)
    assert leg.due_at is not None
    assert (leg.state, (leg.due_at - desk.house.now()).total_seconds()) == ("accepted", 3600)


async def test_a_slow_job_whose_submission_was_not_answered_comes_out_once(desk: Desk):
    desk.platform.switch(job_statuses=(1, 0), job_seconds=1500.0)
    desk.platform.next_call("/cgi-bin/freepublish/submit", "drop_after")
    made = await desk.house.published(SOCIAL)
    for _look in range(40):
        await desk.wait(minutes=5)
    mark = f"{SITE.url}/a/{made.id}.html#r1"
    assert (await desk.state(made.id), desk.platform.submitted_carrying(mark)) == ("live", 1)


async def test_an_article_on_its_way_out_does_not_survive_the_withdrawal(desk: Desk):
    desk.platform.switch(job_statuses=(1, 0), job_seconds=100.0)
    made = await desk.house.published(SOCIAL)
    await desk.house.withdraw(made.id)
    for _look in range(10):
        await desk.wait(minutes=1)
    assert (await desk.state(made.id), len(desk.platform.published())) == ("withdrawn", 0)


async def test_what_went_up_is_remembered_by_the_store(desk: Desk):
    for title in ("第一篇", "第二篇"):
        await desk.house.published(SOCIAL, title=title)
    assert desk.calls("material/add_material") == 1


async def test_an_upload_is_kept_replaced_and_forgotten(house: House):
    account = next(iter((await house.legs((await house.published()).id)).values())).account_id
    uploads = StoreUploads(house.store, house.now)
    seen = [await uploads.find(account, "k")]
    for value in ("first", "second"):
        await uploads.keep(account, "k", value)
        seen.append(await StoreUploads(house.store, house.now).find(account, "k"))
    await uploads.forget(account, "k")
    seen.append(await uploads.find(account, "k"))
    assert seen == [None, "first", "second", None]
