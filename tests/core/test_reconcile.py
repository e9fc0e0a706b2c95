"""Unknown outcomes: only a recorded look, or a person, leads out of them."""

from datetime import timedelta

import pytest

from server.core.reconcile import LOOKS
from server.core.workplace import read_leg
from server.store.attempts import list_attempts
from server.store.doubts import list_looks
from tests.house import House

SOCIAL = ("website", "weibo")


async def test_a_lost_answer_is_looked_up_and_not_sent_again(house: House):
    house.platform.next_call("ok", "drop_after")
    made = await house.published(SOCIAL)
    assert (await house.states(made.id))["weibo"] == "unknown"
    house.now.move(seconds=61)
    await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    assert (leg.state, house.platform.count(leg.link)) == ("live", 2)  # the page and the status
    assert house.platform.requests["publish"] == 2


async def test_a_post_proved_absent_is_sent_again_once(house: House):
    house.platform.next_call("ok", "drop_before")
    made = await house.published(SOCIAL)
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "live"
    assert house.platform.requests["publish"] == 3
    assert [post[0] for post in house.platform.posts].count("weibo") == 1


async def test_no_look_is_taken_before_the_platform_has_settled(house: House):
    house.platform.next_call("ok", "drop_after")
    await house.published(SOCIAL)
    house.now.move(seconds=59)
    await house.run_until_quiet()
    assert house.platform.requests["find"] == 0


async def test_a_look_that_fails_proves_nothing(house: House):
    house.platform.next_call("ok", "drop_after")
    made = await house.published(SOCIAL)
    house.platform.blind = True
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "unknown"
    assert house.platform.requests["publish"] == 2


async def test_a_person_is_asked_when_looks_see_nothing_decided(house: House):
    house.platform.next_call("ok", "drop_after")
    made = await house.published(SOCIAL)
    house.platform.blind = True
    for _ in range(LOOKS):
        house.now.move(hours=1)
        await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    assert (leg.state, leg.who_acts, leg.reason) == ("needs_person", "operator", "平台没有回答")


async def test_a_person_is_asked_at_once_where_no_look_would_tell(house: House):
    house.platform.next_call("ok", "drop_after")
    made = await house.published(SOCIAL)
    house.platform.blind, house.platform.hint = True, {"ask": True}
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "needs_person"


async def test_the_next_look_comes_no_sooner_than_the_channel_says(house: House):
    house.platform.next_call("ok", "drop_after")
    made = await house.published(SOCIAL)
    house.platform.blind, house.platform.hint = True, {"after": 7200.0}
    looked_at = house.now.move(seconds=61)
    await house.run_until_quiet()
    assert (await house.legs(made.id))["weibo"].due_at == looked_at + timedelta(hours=2)


async def test_a_look_is_told_what_belongs_to_other_deliveries(house: House):
    house.platform.next_call("ok", "ok", "ok", "drop_after")
    earlier = (await house.legs((await house.published(SOCIAL)).id))["weibo"]
    await house.published(SOCIAL)
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert house.platform.told_taken.split(",") == [earlier.platform_id]


async def test_every_look_is_recorded(house: House):
    house.platform.next_call("ok", "drop_before")
    made = await house.published(SOCIAL)
    house.now.move(seconds=61)
    await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    async with house.store.read() as tx:
        looks = await list_looks(tx, leg.id, 9)
    assert [one.sighting for one in looks] == ["absent"]


async def test_a_worker_that_died_leaves_an_unknown_outcome(house: House):
    made = await house.item()
    await house.release(made.id)
    await house.claim()
    house.now.move(seconds=61)
    await house.tick()
    assert await house.states(made.id) == {"website": "unknown"}


async def test_a_lease_that_has_not_run_out_is_left_alone(house: House):
    made = await house.item()
    await house.release(made.id)
    await house.claim()
    house.now.move(seconds=59)
    await house.tick()
    assert await house.states(made.id) == {"website": "sending"}


@pytest.mark.parametrize("fate", ["ok", "drop_after"])
async def test_a_worker_killed_after_the_bytes_left_posts_once(house: House, fate: str):
    """The errand publishes and dies before it settles; what it sent is found, and counted once."""
    house.platform.next_call(fate)
    made = await house.item()
    await house.release(made.id)
    await house.claim()
    leg = (await house.legs(made.id))["website"]
    ready = await read_leg(house.place, leg.id)
    await ready.channel.publish(ready.post, None, at=house.now())
    for _ in range(3):
        house.now.move(seconds=61)
        await house.tick()
        await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "live"}
    assert house.platform.requests["publish"] == 1
    assert await house.lines(made.id) == [("counted", "item"), ("counted", "website")]


async def test_every_attempt_ends_in_one_outcome(house: House):
    house.platform.next_call("ok", "drop_before", "busy")
    made = await house.published(SOCIAL)
    for _ in range(3):
        house.now.move(minutes=5)
        await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    async with house.store.read() as tx:
        outcomes = [row.outcome for row in await list_attempts(tx, leg.id)]
    assert outcomes == ["unknown", "not_accepted", "live"]
