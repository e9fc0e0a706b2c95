"""The look: what it takes for ours, what it calls absent, and what it leaves undecided (CONTRACT.md §8)."""

from collections.abc import AsyncIterator
from datetime import timedelta, timezone

import pytest

from channels.contract import TAKEN, Absent, CouldNotLook, OutcomeUnknown, Receipt
from tests.channels.weibo_account import (
    SHARE,
    SHORTEN,
    TIMELINE,
    WeiboAccount,
    a_weibo_account,
    receipt_of,
    with_text,
)
from tests.conftest import Hand


@pytest.fixture
async def weibo(now: Hand) -> AsyncIterator[WeiboAccount]:
    async with a_weibo_account(now) as account:
        yield account


async def test_a_lost_success_is_found_by_its_link_alone(weibo: WeiboAccount):
    weibo.platform.next_call(SHARE, "drop_after")
    await weibo.publish()
    found = receipt_of(await weibo.find(with_text(weibo.post(), "")))
    assert (found.platform_id, found.live_at) == (str(weibo.platform.posts()[0].id), weibo.now())


async def test_a_lost_success_is_found_by_its_words_where_short_links_are_not_told(weibo: WeiboAccount):
    await weibo.publish()
    weibo.say(10014, path=SHORTEN, status=403)
    assert isinstance(await weibo.find(), Receipt)


async def test_what_was_never_posted_is_absent(weibo: WeiboAccount):
    assert await weibo.find() == Absent()


async def test_what_somebody_else_posted_leaves_ours_absent(weibo: WeiboAccount):
    await weibo.publish(weibo.post("i2"))
    assert await weibo.find() == Absent()


async def test_a_deleted_post_is_absent(weibo: WeiboAccount):
    await weibo.publish()
    weibo.platform.remove(weibo.platform.posts()[0])
    assert await weibo.find() == Absent()


async def test_a_post_that_the_platform_shows_late_is_found_later(weibo: WeiboAccount, now: Hand):
    weibo.platform.switch(slow_server=True, visible_after=90)
    began = now()
    assert isinstance(await weibo.publish(), OutcomeUnknown)
    now.move(seconds=120)
    assert isinstance(await weibo.find(since=began), Receipt)


async def test_what_the_platform_says_it_took_is_never_called_absent(weibo: WeiboAccount, now: Hand):
    weibo.platform.switch(slow_server=True, visible_after=3600)
    began = now()
    await weibo.publish()
    now.move(seconds=120)
    assert isinstance(await weibo.find(since=began), CouldNotLook)


async def test_a_repeat_that_lies_on_the_timeline_was_us(weibo: WeiboAccount):
    weibo.platform.switch(repeats="refuse")
    weibo.platform.next_call(SHARE, "drop_after")
    await weibo.publish()
    await weibo.publish()
    assert weibo.journal.notes
    assert isinstance(await weibo.find(), Receipt)


async def test_a_repeat_that_is_not_to_be_found_goes_to_a_person_and_not_out_again(weibo: WeiboAccount):
    weibo.say(20019)
    await weibo.publish()
    sighting = await weibo.find()
    assert isinstance(sighting, CouldNotLook)
    assert sighting.ask


async def test_the_post_of_an_earlier_release_is_not_ours(weibo: WeiboAccount, now: Hand):
    await weibo.publish()
    now.move(hours=2)
    assert await weibo.find() == Absent()


async def test_the_post_of_an_earlier_release_minutes_ago_is_told_by_its_receipt(
    weibo: WeiboAccount, now: Hand
):
    earlier = receipt_of(await weibo.publish())
    now.move(minutes=5)
    assert await weibo.find(**{TAKEN: f"7,{earlier.platform_id}"}) == Absent()


async def test_a_post_a_little_older_than_our_try_is_undecided(weibo: WeiboAccount, now: Hand):
    # Our clock may run ahead of theirs: what looks older may be what we sent.
    await weibo.publish()
    now.move(minutes=5)
    sighting = await weibo.find()
    assert isinstance(sighting, CouldNotLook)
    assert "weibo.com/" in sighting.reason


async def test_a_second_less_on_their_clock_makes_no_difference(weibo: WeiboAccount, now: Hand):
    await weibo.publish()
    assert isinstance(await weibo.find(since=now() + timedelta(seconds=30)), Receipt)


async def test_the_same_words_about_another_item_are_undecided_until_it_has_its_receipt(weibo: WeiboAccount):
    other = receipt_of(await weibo.publish(weibo.post("i2", title="停水通知")))
    ours = weibo.post("i1", title="停水通知")
    assert isinstance(await weibo.find(ours), CouldNotLook)
    assert await weibo.find(ours, **{TAKEN: other.platform_id}) == Absent()


@pytest.mark.parametrize("fault", ["drop_before", "502_before", "hang_before", "truncated"])
async def test_a_timeline_that_does_not_answer_proves_nothing(weibo: WeiboAccount, fault: str):
    if fault.startswith("hang"):
        weibo.seconds = 0.5
    # Twice: aiohttp asks once more itself where a read was cut off.
    weibo.platform.next_call(TIMELINE, fault, times=2)
    assert isinstance(await weibo.find(), CouldNotLook)


@pytest.mark.parametrize(
    "body", [{}, {"statuses": None}, {"statuses": {}}, [], {"statuses": [], "total_number": 12}]
)
async def test_a_timeline_without_statuses_proves_nothing(weibo: WeiboAccount, body: object):
    weibo.platform.next_call(TIMELINE, "error", status=200, body=body)
    assert isinstance(await weibo.find(), CouldNotLook)


async def test_a_refused_look_proves_nothing(weibo: WeiboAccount):
    weibo.platform.expire_tokens()
    assert isinstance(await weibo.find(), CouldNotLook)


async def test_posts_that_make_no_sense_are_passed_over(weibo: WeiboAccount):
    body = {"statuses": [None, 3, {"idstr": "x"}, {"idstr": "1", "created_at": "gestern"}], "next_cursor": 0}
    weibo.platform.next_call(TIMELINE, "error", status=200, body=body)
    assert await weibo.find() == Absent()


async def test_the_look_goes_back_page_by_page_until_our_first_try(weibo: WeiboAccount, now: Hand):
    weibo.platform.switch(posts_an_hour=1000, calls_a_day=1000)
    await weibo.publish()
    began = now()
    for number in range(120):
        weibo.platform.append(f"其他{number}", picture=None, by_app=True, at=now.move(seconds=1))
    assert isinstance(await weibo.find(since=began), Receipt)
    assert weibo.platform.requests(TIMELINE) == 2


async def test_a_timeline_that_does_not_end_proves_nothing(weibo: WeiboAccount, now: Hand):
    began = now()
    for number in range(401):
        weibo.platform.append(f"其他{number}", picture=None, by_app=True, at=now())
    assert isinstance(await weibo.find(since=began), CouldNotLook)


async def test_a_look_at_an_empty_stretch_costs_one_call(weibo: WeiboAccount):
    await weibo.find()
    assert sum(weibo.platform.book.calls.values()) == 1


async def test_a_look_that_has_to_tell_posts_apart_costs_two_calls(weibo: WeiboAccount):
    await weibo.publish()
    await weibo.find()
    assert sum(weibo.platform.book.calls.values()) == 1 + 2


async def test_looks_leave_the_last_calls_of_the_day_to_publishing(weibo: WeiboAccount):
    for _ in range(81):
        await weibo.channel()._reads.short_link("https://a.cn")
    sighting = await weibo.find()
    assert isinstance(sighting, CouldNotLook)
    assert (sighting.after, weibo.platform.requests(TIMELINE)) == (14 * 3600, 0)


async def test_a_used_up_day_is_waited_out(weibo: WeiboAccount):
    weibo.platform.switch(calls_a_day=0)
    sighting = await weibo.find()
    assert isinstance(sighting, CouldNotLook)
    assert sighting.after == 14 * 3600


def with_status(weibo: WeiboAccount, text: str, *, tells_links: bool = False) -> None:
    """Let the timeline hold one status with these words, as a platform wrote them."""
    created = weibo.now().astimezone(timezone(timedelta(hours=8))).strftime("%a %b %d %H:%M:%S %z %Y")
    status = {"idstr": "9100000000000001", "created_at": created, "text": text}
    weibo.platform.next_call(TIMELINE, "error", status=200, body={"statuses": [status], "next_cursor": 0})
    if not tells_links:
        weibo.say(10014, path=SHORTEN, status=403)


async def test_words_that_came_back_as_they_stand_in_a_page_are_ours(weibo: WeiboAccount):
    post = weibo.post(title="政策问&答 <一>", summary="")
    with_status(weibo, "政策问&amp;答 &lt;一&gt; http://t.cn/A6x")
    assert isinstance(await weibo.find(post), Receipt)


async def test_words_that_the_platform_mended_are_undecided_where_links_are_not_told(weibo: WeiboAccount):
    post = weibo.post(title="关于做好城乡居民养老保险缴费工作的公告", summary="")
    with_status(weibo, "关于做好城乡居民养老保险缴费工作的公告！ http://t.cn/A6x")
    assert isinstance(await weibo.find(post), CouldNotLook)


async def test_other_words_are_somebody_elses_where_links_are_not_told(weibo: WeiboAccount):
    with_status(weibo, "停水通知 http://t.cn/A6x")
    assert await weibo.find() == Absent()


async def test_a_short_address_is_ours_with_either_scheme(weibo: WeiboAccount):
    await weibo.publish()
    (status,) = weibo.platform.posts()
    with_status(weibo, "别的话 " + status.text.split()[-1].replace("http:", "https:"), tells_links=True)
    assert isinstance(await weibo.find(), Receipt)
