"""What a person decides, and what an owner's permission frees."""

from datetime import timedelta

import pytest

from server.core.decide import Decision, authorise, decide, send_again
from server.core.problems import Problem
from server.core.reconcile import LOOKS
from server.store.accounts import find_account
from server.store.deliveries import DeliverySeen
from server.store.doubts import list_looks
from tests.house import House

SOCIAL = ("website", "weibo")


async def in_doubt(house: House, fate: str = "drop_after") -> DeliverySeen:
    """A status whose outcome no look could tell."""
    house.platform.next_call("ok", fate)
    made = await house.published(SOCIAL)
    house.platform.blind = True
    for _ in range(LOOKS):
        house.now.move(hours=1)
        await house.run_until_quiet()
    return (await house.legs(made.id))["weibo"]


async def say(house: House, leg: DeliverySeen, decision: Decision) -> DeliverySeen:
    async with house.store.begin() as tx:
        return await decide(
            tx, leg.id, decision, house.bench, house.open_channel, by=house.chief, at=house.now()
        )


async def test_a_post_a_person_saw_is_live_with_his_link_and_counted(house: House):
    leg = await in_doubt(house)
    decided = await say(house, leg, Decision("it_is_there", link="http://weibo.invalid/1"))
    assert (decided.state, decided.link) == ("live", "http://weibo.invalid/1")
    assert ("counted", "weibo") in await house.lines(leg.item_id)


async def test_a_post_a_person_missed_is_sent_again_once(house: House):
    leg = await in_doubt(house, "drop_before")
    await say(house, leg, Decision("it_is_not_there"))
    await house.run_until_quiet()
    assert (await house.leg(leg.id)).state == "live"
    assert [account for account, _mark in house.platform.posts].count("weibo") == 1


async def test_a_post_given_up_is_not_sent_and_not_counted(house: House):
    leg = await in_doubt(house, "drop_before")
    await say(house, leg, Decision("give_up"))
    await house.run_until_quiet()
    given_up = await house.leg(leg.id)
    assert (given_up.state, given_up.reason) == ("cancelled", "查看后决定放弃，不在这个账号上发布")
    assert ("counted", "weibo") not in await house.lines(leg.item_id)


async def test_a_decision_is_recorded_as_a_look(house: House):
    leg = await in_doubt(house)
    await say(house, leg, Decision("it_is_not_there"))
    async with house.store.read() as tx:
        looks = await list_looks(tx, leg.id, 9)
    assert [one.sighting for one in looks].count("absent") == 1


async def test_it_is_there_asks_for_the_link(house: House):
    leg = await in_doubt(house)
    with pytest.raises(Problem) as refused:
        await say(house, leg, Decision("it_is_there"))
    assert refused.value.field == "link"
    assert (await house.leg(leg.id)).state == "needs_person"


async def test_it_cannot_have_been_published_in_the_future(house: House):
    leg = await in_doubt(house)
    later = house.now() + timedelta(hours=1)
    with pytest.raises(Problem) as refused:
        await say(house, leg, Decision("it_is_there", "http://weibo.invalid/1", later))
    assert refused.value.field == "live_at"


async def test_nobody_decides_what_the_machine_knows(house: House):
    made = await house.published()
    leg = (await house.legs(made.id))["website"]
    with pytest.raises(Problem) as refused:
        await say(house, leg, Decision("give_up"))
    assert refused.value.code == "wrong_state"


async def test_one_authorisation_frees_everything_that_waited_for_it(house: House):
    house.platform.next_call("ok", "logged_out", "ok", "logged_out")
    items = [await house.published(SOCIAL)]
    async with house.store.begin() as tx:
        account = await find_account(tx, "weibo")
        assert account is not None
    items.append(await house.published(SOCIAL))
    assert (await house.states(items[1].id))["weibo"] == "ready"
    async with house.store.begin() as tx:
        assert await authorise(tx, account, at=house.now()) == 1
    house.platform._fates.clear()
    await house.run_until_quiet()
    assert {(await house.states(item.id))["weibo"] for item in items} == {"live"}


async def test_a_refused_delivery_is_sent_again_by_hand(house: House):
    house.platform.next_call("ok", "refuse")
    made = await house.published(SOCIAL)
    leg = (await house.legs(made.id))["weibo"]
    async with house.store.begin() as tx:
        await send_again(tx, leg.id, at=house.now())
    await house.run_until_quiet()
    assert (await house.leg(leg.id)).state == "live"


async def test_a_live_delivery_is_never_sent_again_by_hand(house: House):
    made = await house.published()
    leg = (await house.legs(made.id))["website"]
    with pytest.raises(Problem):
        async with house.store.begin() as tx:
            await send_again(tx, leg.id, at=house.now())
    assert house.platform.requests["publish"] == 1
