"""Corrections: a newer release is the newest intent, whatever the older one is still about to do."""

import pytest

from server.core.decide import Decision, decide, send_again
from server.core.problems import Problem
from server.core.reconcile import LOOKS
from server.store.deliveries import DeliverySeen, list_deliveries
from tests.house import House

BOTH = ("website", "weibo")


async def of_weibo(house: House, item_id: str) -> list[DeliverySeen]:
    """Give the deliveries to Weibo, by release."""
    async with house.store.read() as tx:
        return [leg for leg in await list_deliveries(tx, item_id) if leg.channel == "weibo"]


async def corrected(house: House, item_id: str) -> None:
    """Release a correction that has not gone out yet."""
    await house.corrected(item_id, title="更正后的标题")
    await house.release(item_id, on=BOTH)


def posts(house: House) -> int:
    return [account for account, _mark in house.platform.posts].count("weibo")


async def test_what_was_not_accepted_is_not_tried_again_once_a_correction_is_planned(house: House):
    made = await house.item()
    house.platform.next_call("ok", "stall_busy")
    await house.release(made.id, on=BOTH)
    (page,) = await house.claim()
    await page.run()
    (errand,) = await house.claim()
    await corrected(house, made.id)  # while the call lasts
    house.platform.go_on.set()
    await errand.run()
    older, newer = await of_weibo(house, made.id)
    assert (older.state, newer.state) == ("superseded", "waiting")
    house.now.move(hours=2)
    await house.run_until_quiet()
    assert posts(house) == 1


async def test_a_lost_post_that_is_not_there_is_not_sent_in_its_old_version(house: House):
    house.platform.next_call("ok", "drop_before")
    made = await house.published(on=BOTH)
    await corrected(house, made.id)
    house.now.move(minutes=30)
    await house.run_until_quiet()
    older, newer = await of_weibo(house, made.id)
    assert (older.state, newer.state, posts(house)) == ("superseded", "live", 1)


async def doubtful(house: House) -> tuple[str, DeliverySeen]:
    house.platform.next_call("ok", "drop_before")
    made = await house.published(on=BOTH)
    house.platform.blind = True
    for _look in range(LOOKS):
        house.now.move(hours=1)
        await house.run_until_quiet()
    house.platform.blind = False
    (leg,) = await of_weibo(house, made.id)
    assert leg.state == "needs_person"
    return made.id, leg


async def test_a_person_who_saw_nothing_does_not_send_the_old_version(house: House):
    item_id, leg = await doubtful(house)
    await corrected(house, item_id)
    async with house.store.begin() as tx:
        told = await decide(
            tx, leg.id, Decision("it_is_not_there"), house.bench, house.open_channel,
            by=house.chief, at=house.now(),
        )  # fmt: skip
    assert told.state == "superseded"
    await house.run_until_quiet()
    assert posts(house) == 1


async def test_a_person_who_saw_nothing_does_not_send_what_was_withdrawn(house: House):
    item_id, leg = await doubtful(house)
    await house.withdraw(item_id)
    async with house.store.begin() as tx:
        told = await decide(
            tx, leg.id, Decision("it_is_not_there"), house.bench, house.open_channel,
            by=house.chief, at=house.now(),
        )  # fmt: skip
    assert told.state == "cancelled"


async def test_a_refused_delivery_of_a_replaced_release_is_not_sent_again(house: House):
    house.platform.next_call("ok", "refuse")
    made = await house.published(on=BOTH)
    await corrected(house, made.id)
    (older, _newer) = await of_weibo(house, made.id)
    with pytest.raises(Problem, match="wrong_state"):
        async with house.store.begin() as tx:
            await send_again(tx, older.id, at=house.now())
