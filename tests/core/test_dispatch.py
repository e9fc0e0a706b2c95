"""Claims, attempts and settlements: who may send, and what each answer leaves behind."""

import asyncio
from datetime import timedelta

import pytest

from server.core.decide import authorise, set_paused
from server.core.dispatch import claim
from server.store.accounts import find_account, move_account
from server.store.attempts import list_attempts
from server.store.items import get_item
from server.store.permissions import set_account_access
from server.store.tx import NetworkInsideTransaction
from tests.house import House

SOCIAL = ("website", "weibo")


async def test_an_item_goes_to_every_channel_once(house: House):
    made = await house.published(("website", "weibo", "wechat", "feed"))
    assert set((await house.states(made.id)).values()) == {"live"}
    assert house.platform.requests["publish"] == 4


async def test_no_byte_leaves_before_a_committed_attempt(house: House):
    made = await house.item()
    await house.release(made.id)
    await house.claim()
    async with house.store.read() as tx:
        leg = (await house.legs(made.id))["website"]
        tries = await list_attempts(tx, leg.id)
    assert (leg.state, [row.id for row in tries]) == ("sending", [leg.attempt_id])
    assert house.platform.requests["publish"] == 0


async def test_two_workers_never_claim_the_same_delivery(house: House):
    for _ in range(6):
        await house.release((await house.item()).id)
    one, other = house.place, house.workplace("worker-2")

    async def take(place):
        async with house.store.begin() as tx:
            return await claim(tx, place, at=house.now(), limit=4)

    claims = await asyncio.gather(take(one), take(other), take(one), take(other))
    claimed = [one.leg.id for some in claims for one in some]
    assert len(claimed) == len(set(claimed))


async def test_an_account_has_no_more_in_flight_than_it_allows(house: House):
    for _ in range(6):
        await house.release((await house.item()).id)
    assert len(await house.claim(room=8)) == 4


async def test_a_paused_account_queues_and_does_not_fail(house: House):
    async with house.store.begin() as tx:
        account = await find_account(tx, "website")
        assert account is not None
        await move_account(tx, account.id, ("active",), "paused")
    made = await house.published()
    assert await house.states(made.id) == {"website": "ready"}


async def test_a_permission_that_ends_meanwhile_does_not_end_the_operators_pause(house: House):
    made = await house.item()
    await house.release(made.id, ("website", "weibo"))
    await house.run_until_quiet()
    house.platform.next_call("logged_out")
    other = await house.item(title="另一条")
    await house.release(other.id, ("website",))
    (errand,) = await house.claim()
    async with house.store.begin() as tx:
        account = await find_account(tx, "website")
        assert account is not None
        account = await set_paused(tx, account, is_paused=True, at=house.now())
    await errand.run()
    async with house.store.begin() as tx:
        await authorise(tx, account, at=house.now())
        seen = await find_account(tx, "website")
    assert seen is not None
    assert seen.state == "paused"


async def test_a_secret_that_is_changed_while_a_delivery_is_out_is_not_blamed_for_the_former(house: House):
    house.platform.next_call("logged_out")
    made = await house.item()
    await house.release(made.id, ("website",))
    (errand,) = await house.claim()
    async with house.store.begin() as tx:
        account = await find_account(tx, "website")
        assert account is not None
        await set_account_access(tx, account.id, account.settings, "the new one")
    await errand.run()
    assert (await house.states(made.id))["website"] == "retry_wait"
    async with house.store.read() as tx:
        seen = await find_account(tx, "website")
    assert seen is not None
    assert seen.state == "active"


async def test_a_refusal_names_the_editor_and_is_not_repeated(house: House):
    house.platform.next_call("ok", "refuse")
    made = await house.published(SOCIAL)
    leg = (await house.legs(made.id))["weibo"]
    assert (leg.state, leg.who_acts, leg.reason) == ("refused", "editor", "内容不符合平台规定")


async def test_what_was_surely_not_accepted_is_sent_again_later(house: House):
    house.platform.next_call("ok", "busy")
    made = await house.published(SOCIAL)
    assert (await house.states(made.id))["weibo"] == "retry_wait"
    house.now.move(seconds=31)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "live"


async def test_waits_grow_with_each_try(house: House):
    house.platform.next_call("ok", "busy", "busy", "busy")
    made = await house.published(SOCIAL)
    waits = []
    for _ in range(3):
        leg = (await house.legs(made.id))["weibo"]
        waits.append((leg.due_at - house.now()).total_seconds())
        house.now.moment = leg.due_at
        await house.run_until_quiet()
    assert waits == [30, 60, 120]


async def test_a_lapsed_permission_blocks_the_delivery_and_the_account(house: House):
    house.platform.next_call("ok", "logged_out")
    made = await house.published(SOCIAL)
    async with house.store.read() as tx:
        account = await find_account(tx, "weibo")
    leg = (await house.legs(made.id))["weibo"]
    assert (leg.state, leg.who_acts, account.state) == ("blocked", "owner", "unauthorised")


async def test_an_accepted_post_is_not_live_and_not_counted(house: House):
    house.platform.next_call("ok", "hold")
    made = await house.published(SOCIAL)
    assert (await house.states(made.id))["weibo"] == "accepted"
    assert ("counted", "weibo") not in await house.lines(made.id)


async def test_an_accepted_post_is_live_once_a_look_sees_it(house: House):
    house.platform.next_call("ok", "hold")
    made = await house.published(SOCIAL)
    house.platform.held.clear()
    house.now.move(seconds=11)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "live"
    assert ("counted", "weibo") in await house.lines(made.id)


async def test_a_post_that_stays_accepted_for_two_days_needs_a_person(house: House):
    house.platform.next_call("ok", "hold")
    made = await house.published(SOCIAL)
    for _ in range(3):
        house.now.move(days=1)
        await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    assert (leg.state, leg.who_acts) == ("needs_person", "operator")


async def test_one_item_on_four_channels_is_one_item_and_four_deliveries(house: House):
    made = await house.published(("website", "weibo", "wechat", "feed"))
    assert await house.lines(made.id) == [
        ("counted", channel) for channel in ("feed", "item", "website", "wechat", "weibo")
    ]


async def test_a_second_release_counts_nothing_again(house: House):
    made = await house.published(SOCIAL)
    before = await house.lines(made.id)
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id, SOCIAL)
    await house.run_until_quiet()
    assert await house.lines(made.id) == before


async def test_a_second_release_replaces_the_first_on_its_accounts(house: House):
    made = await house.item()
    first = await house.release(made.id)
    await house.run_until_quiet()
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id)
    await house.run_until_quiet()
    assert (await house.leg(first.deliveries[0].id)).state == "replaced"


async def test_a_worker_that_lost_its_lease_settles_nothing(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    house.now.move(seconds=61)
    await house.tick()
    await errand.run()
    assert await house.states(made.id) == {"website": "unknown"}
    assert await house.lines(made.id) == []


async def test_a_second_run_of_the_same_errand_sends_nothing(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    await errand.run()
    await errand.run()
    assert house.platform.requests["publish"] == 1


async def test_an_account_without_its_settings_asks_the_operator(house: House):
    made = await house.item()
    plan = await house.release(made.id)
    (errand,) = await house.claim()

    def incomplete(_row):
        raise ValueError("base_url")

    object.__setattr__(house.place, "open_channel", incomplete)
    await errand.run()
    leg = await house.leg(plan.deliveries[0].id)
    assert (leg.state, leg.who_acts) == ("refused", "operator")


async def test_a_channel_that_raises_leaves_the_outcome_unknown_and_a_look_decides(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    sound = house.place.open_channel

    def broken(row):
        return Broken(sound(row))

    object.__setattr__(house.place, "open_channel", broken)
    with pytest.raises(ZeroDivisionError):
        await errand.run()
    object.__setattr__(house.place, "open_channel", sound)
    house.now.move(seconds=61)
    await house.tick()
    assert await house.states(made.id) == {"website": "unknown"}
    house.now.move(seconds=120)
    await house.run_until_quiet()
    assert (await house.states(made.id), house.platform.requests["publish"]) == ({"website": "live"}, 1)


class Broken:
    """A channel with a bug that shows once the platform has taken the post."""

    def __init__(self, sound) -> None:
        self._sound = sound

    def __getattr__(self, name):
        return getattr(self._sound, name)

    async def publish(self, post, journal, /, *, at):
        await self._sound.publish(post, journal, at=at)
        return 1 / 0


async def test_the_network_is_refused_inside_a_transaction(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    async with house.store.read():
        with pytest.raises(NetworkInsideTransaction):
            await errand.run()
    assert house.platform.requests["publish"] == 0


async def test_the_network_is_refused_in_a_task_that_a_transaction_started(house: House):
    async with house.store.read():
        task = asyncio.create_task(house.platform_answers())
        with pytest.raises(NetworkInsideTransaction):
            await task


async def test_publication_time_is_fixed_by_the_first_try(house: House):
    house.platform.next_call("busy")
    made = await house.published()
    first = house.now()
    house.now.move(hours=2)
    await house.run_until_quiet()
    async with house.store.read() as tx:
        assert (await get_item(tx, made.id)).published_at == first
    assert timedelta(hours=2) == house.now() - first
