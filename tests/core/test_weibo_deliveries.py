"""Deliveries on the pretended Weibo, end to end: what a lost, late or doubtful answer comes to."""

from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet

from server.security.granting import bring_grant, send_to_grant
from server.security.vault import Vault
from server.store.deliveries import list_deliveries
from tests.granting import SLUG, Granting, an_account_to_grant
from tests.house import House

SHARE = "/2/statuses/share.json"
ON = ("website", SLUG)


@pytest.fixture
async def weibo(house: House) -> AsyncIterator[Granting]:
    async with an_account_to_grant(house, Vault(Fernet.generate_key())) as granting:
        async with house.store.begin() as tx:
            sent = await send_to_grant(granting.desk, tx, await granting.account(), by=house.chief)
        back = await granting.owner.agree(sent.address)
        await bring_grant(granting.desk, back["state"], back["code"], "")
        yield granting


async def pass_time(house: House, *, minutes: float, times: int = 1) -> None:
    for _ in range(times):
        house.now.move(minutes=minutes)
        await house.run_until_quiet()


async def outcome(weibo: Granting, item_id: str) -> tuple[str, int]:
    """Give the state of the delivery and how many posts stand."""
    return (await weibo.house.states(item_id))[SLUG], len(weibo.platform.posts())


async def test_a_success_that_got_lost_and_shows_late_is_told_by_the_second_try_and_found(weibo: Granting):
    weibo.platform.switch(repeats="refuse", visible_after=200)
    weibo.platform.next_call(SHARE, "drop_after")
    made = await weibo.house.published(ON)
    await pass_time(weibo.house, minutes=2.1, times=4)
    assert await outcome(weibo, made.id) == ("live", 1)


async def test_what_a_slow_server_took_is_never_sent_again(weibo: Granting):
    weibo.platform.switch(slow_server=True, visible_after=600)
    made = await weibo.house.published(ON)
    await pass_time(weibo.house, minutes=5, times=4)
    assert await outcome(weibo, made.id) == ("live", 1)
    assert weibo.platform.requests(SHARE) == 1


async def test_a_repeat_that_is_nowhere_goes_to_a_person_at_the_first_look(weibo: Granting):
    body = {"error_code": 20019, "error": "repeat content!", "request": SHARE}
    weibo.platform.next_call(SHARE, "error", body=body)
    made = await weibo.house.published(ON)
    await pass_time(weibo.house, minutes=2.1)
    leg = (await weibo.house.legs(made.id))[SLUG]
    assert (leg.state, leg.who_acts, weibo.platform.requests(SHARE)) == ("needs_person", "operator", 1)


@pytest.mark.parametrize(("fault", "posts"), [("drop_after", 2), ("drop_before", 2)])
async def test_a_correction_minutes_later_is_not_taken_for_the_first_release(
    weibo: Granting, fault: str, posts: int
):
    house = weibo.house
    made = await house.published(ON)
    house.now.move(minutes=3)
    await house.corrected(made.id, body_html="<p>更正</p>")
    weibo.platform.next_call(SHARE, fault)
    await house.release(made.id, ON)
    await house.run_until_quiet()
    await pass_time(house, minutes=2.1, times=3)
    assert await outcome(weibo, made.id) == ("live", posts)


async def test_two_items_with_the_same_words_keep_their_own_posts(weibo: Granting):
    house = weibo.house
    for fault in ("drop_after", "drop_before"):
        weibo.platform.next_call(SHARE, fault)
    items = [await house.published(ON, title="停水通知", summary="周五检修") for _ in range(2)]
    await pass_time(house, minutes=2.1, times=12)
    legs = [(await house.legs(item.id))[SLUG] for item in items]
    assert [leg.state for leg in legs] == ["live", "live"]
    assert len({leg.platform_id for leg in legs}) == len(weibo.platform.posts()) == 2


async def test_a_right_link_that_is_not_seen_once_is_tried_again(weibo: Granting):
    body = {"error_code": 10017, "error": "text not find domain!", "request": SHARE}
    weibo.platform.next_call(SHARE, "error", body=body)
    made = await weibo.house.published(ON)
    before = await outcome(weibo, made.id)
    await pass_time(weibo.house, minutes=16)
    assert (before, await outcome(weibo, made.id)) == (("retry_wait", 0), ("live", 1))


async def test_a_link_that_is_not_seen_twice_goes_to_the_operator(weibo: Granting):
    weibo.platform.switch(flaky_domain=1)
    made = await weibo.house.published(ON)
    await pass_time(weibo.house, minutes=16, times=5)
    leg = (await weibo.house.legs(made.id))[SLUG]
    assert (leg.state, leg.who_acts, weibo.platform.requests(SHARE)) == ("refused", "operator", 2)


async def test_a_used_up_day_loses_and_doubles_nothing(weibo: Granting):
    house = weibo.house
    weibo.platform.next_call(SHARE, "drop_after")
    first = await house.published(ON, title="第一条")
    weibo.platform.switch(calls_a_day=1)
    second = await house.published(ON, title="第二条")
    await pass_time(house, minutes=10, times=12)
    before = [(await house.states(item.id))[SLUG] for item in (first, second)]
    weibo.platform.switch(calls_a_day=100)
    await pass_time(house, minutes=121, times=8)
    after = [(await house.states(item.id))[SLUG] for item in (first, second)]
    assert (before, after, len(weibo.platform.posts())) == (["unknown", "retry_wait"], ["live", "live"], 2)


async def test_a_post_that_somebody_removed_is_noticed_and_not_counted_away(weibo: Granting):
    house = weibo.house
    made = await house.published(ON)
    weibo.platform.remove(weibo.platform.posts()[0])
    await pass_time(house, minutes=24 * 60 + 1)
    assert (await house.states(made.id))[SLUG] == "gone_at_platform"
    assert ("counted", "weibo") in await house.lines(made.id)


async def test_a_withdrawal_takes_down_the_statuses_of_earlier_versions_too(weibo: Granting):
    house = weibo.house
    made = await house.published(ON)
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id, ON, older={SLUG: "keep"})
    await pass_time(house, minutes=3)
    before = len(weibo.platform.posts())
    weibo.platform.switch(may_delete=True)
    await house.withdraw(made.id, withdrawn_as="privacy")
    await pass_time(house, minutes=3)
    assert (before, weibo.platform.posts()) == (2, ())


async def test_a_withdrawal_where_the_application_may_not_is_a_task_with_the_link(weibo: Granting):
    house = weibo.house
    made = await house.published(ON)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    leg = (await house.legs(made.id))[SLUG]
    assert (leg.state, str(leg.link) in str(leg.reason), len(weibo.platform.posts())) == (
        "withdraw_by_hand",
        True,
        1,
    )


async def test_a_withdrawal_where_the_application_may_takes_the_post_down(weibo: Granting):
    weibo.platform.switch(may_delete=True)
    made = await weibo.house.published(ON)
    await weibo.house.withdraw(made.id)
    await weibo.house.run_until_quiet()
    assert await outcome(weibo, made.id) == ("withdrawn", 0)


@pytest.mark.parametrize(
    ("may_delete", "old", "posts"), [(True, "withdrawn", 1), (False, "withdraw_by_hand", 2)]
)
async def test_after_a_correction_the_old_status_goes_where_the_application_may_delete(
    weibo: Granting, may_delete: bool, old: str, posts: int
):
    house = weibo.house
    weibo.platform.switch(may_delete=may_delete)
    made = await house.published(ON)
    house.now.move(minutes=30)
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id, ON)
    await house.run_until_quiet()
    async with house.store.read() as tx:
        legs = [leg for leg in await list_deliveries(tx, made.id) if leg.account == SLUG]
    assert [leg.state for leg in legs] == [old, "live"]
    assert len(weibo.platform.posts()) == posts
    assert weibo.platform.posts()[0].text.startswith("更正后的标题" if may_delete else "")
    assert "请登录微博删除" in (legs[0].reason or "") or may_delete


async def test_a_correction_that_the_platform_calls_a_repeat_takes_nothing_down(weibo: Granting):
    house = weibo.house
    weibo.platform.switch(may_delete=True, repeats="refuse")
    made = await house.published(ON)
    house.now.move(minutes=30)
    await house.corrected(made.id, body_html="<p>正文更正</p>")  # the status says the same words
    await house.release(made.id, ON)
    await house.run_until_quiet()
    await pass_time(house, minutes=2.1, times=4)
    assert await outcome(weibo, made.id) == ("needs_person", 1)
