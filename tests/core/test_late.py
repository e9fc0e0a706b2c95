"""server/core/late.py: what a worker sends after it lost its lease does not stay, and overwrites nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from server.store.deliveries import list_deliveries
from server.store.due import take_due
from server.store.takedowns import list_takedowns
from tests.core.test_acts import verbs
from tests.house import House

CHANNELS = ("website", "weibo")


@asynccontextmanager
async def stalled(house: House, channel: str) -> AsyncIterator[str]:
    """Let a worker stall in the middle of a call, and its lease lapse; the call goes on at the end."""
    made = await house.item()
    house.platform.next_call(*(["ok"] * (channel == "weibo")), "stall")
    await house.release(made.id, on=dict.fromkeys(("website", channel)))
    if channel == "weibo":
        (page,) = await house.claim()
        await page.run()
    (errand,) = await house.claim()
    sending = asyncio.create_task(errand.run())
    while house.platform.requests["publish"] < 1 + (channel == "weibo"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)  # no event tells from outside that a request has come
    house.now.move(minutes=2)
    await house.tick()  # the lease is over: nobody knows what became of it
    house.now.move(minutes=5)
    yield made.id
    house.platform.go_on.set()
    await sending


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_late_post_of_a_withdrawn_item_is_taken_down(house: House, channel: str):
    async with stalled(house, channel) as item_id:
        await house.withdraw(item_id, withdrawn_as="privacy")
        await house.run_until_quiet()  # a look sees nothing, and nothing is sent again
        assert (await house.states(item_id))[channel] == "cancelled"
    assert [account for account, _mark in house.platform.posts].count(channel) == 1
    async with house.store.read() as tx:
        terms = {one.account_name: one.due_at for one in await list_takedowns(tx, limit=9)}
    assert terms[channel] == house.now() + timedelta(hours=2)
    await house.run_until_quiet()
    assert (await house.states(item_id))[channel] == "withdrawn"
    assert channel not in [account for account, _mark in house.platform.posts]


async def test_a_late_post_of_a_replaced_release_is_taken_down_by_its_own_receipt(house: House):
    async with stalled(house, "weibo") as item_id:
        await house.corrected(item_id, title="更正后的标题")
        await house.release(item_id, on=("website", "weibo"))
        await house.run_until_quiet()
    await house.run_until_quiet()
    async with house.store.read() as tx:
        older, newer = [leg for leg in await list_deliveries(tx, item_id) if leg.channel == "weibo"]
    assert (older.state, newer.state) == ("withdrawn", "live")
    assert older.platform_id not in (None, newer.platform_id)


async def test_a_late_page_of_a_replaced_release_has_the_newer_one_written_again(house: House):
    async with stalled(house, "website") as item_id:
        await house.corrected(item_id, title="更正后的标题")
        await house.release(item_id)
        await house.run_until_quiet()
    async with house.store.read() as tx:
        due = await take_due(tx, (), at=house.now(), until=house.now(), room=8)
    newer = (await house.legs(item_id))["website"]
    assert [stale.delivery_id for stale in due.stale] == [newer.id]
    assert newer.state == "live"


async def test_a_late_answer_counts_nothing(house: House):
    async with stalled(house, "weibo") as item_id:
        await house.withdraw(item_id)
        await house.run_until_quiet()
        before = await house.lines(item_id)
    await house.run_until_quiet()
    assert ("counted", "weibo") not in before
    assert await house.lines(item_id) == before


async def test_a_late_post_that_came_to_nothing_moves_nothing(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    house.now.move(minutes=2)
    await house.tick()
    house.now.move(minutes=5)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    await errand.run()  # the lease is over: it does not even call
    assert await house.states(made.id) == {"website": "cancelled"}
    assert house.platform.requests["publish"] == 0
    assert "delivery.live" not in await verbs(house, item_id=made.id)
