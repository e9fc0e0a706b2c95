"""Taking an item back everywhere, and what the ledger says then."""

import pytest

from server.core.evidence import record_evidence
from server.core.problems import Problem
from server.core.withdraw import record_taken_down
from server.store.deliveries import get_delivery
from server.store.evidence import Evidence
from tests.house import House

ALL = ("website", "weibo", "wechat", "feed")


async def test_a_withdrawn_item_comes_down_everywhere(house: House):
    made = await house.published(ALL)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert set((await house.states(made.id)).values()) == {"withdrawn"}
    assert house.platform.posts == []


async def test_what_was_not_sent_is_cancelled(house: House):
    made = await house.item()
    await house.release(made.id, ALL)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert set((await house.states(made.id)).values()) == {"cancelled"}
    assert house.platform.requests["publish"] == 0


async def test_what_is_in_flight_comes_down_when_it_lands(house: House):
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    await house.withdraw(made.id)
    await errand.run()
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "withdrawn"}
    assert house.platform.posts == []


async def test_an_unknown_delivery_of_a_withdrawn_item_is_not_sent_again(house: House):
    house.platform.next_call("drop_before")
    made = await house.published()
    await house.withdraw(made.id)
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "cancelled"}
    assert house.platform.posts == []


async def test_a_withdrawal_is_a_line_of_its_own(house: House):
    made = await house.published(("website", "weibo"))
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert await house.lines(made.id) == [
        (line, channel) for line in ("counted", "withdrawn") for channel in ("item", "website", "weibo")
    ]


async def test_an_item_that_returns_is_reinstated_and_not_counted_again(house: House):
    made = await house.published()
    await house.withdraw(made.id)
    await house.run_until_quiet()
    house.now.move(days=1)
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id)
    await house.run_until_quiet()
    assert await house.lines(made.id) == [
        (line, channel) for line in ("counted", "reinstated", "withdrawn") for channel in ("item", "website")
    ]


async def test_an_item_is_not_withdrawn_twice(house: House):
    made = await house.published()
    await house.withdraw(made.id)
    with pytest.raises(Problem) as refused:
        await house.withdraw(made.id)
    assert refused.value.code == "wrong_state"


async def test_an_item_that_was_never_released_is_not_withdrawn(house: House):
    made = await house.item()
    with pytest.raises(Problem) as refused:
        await house.withdraw(made.id)
    assert refused.value.code == "wrong_state"


async def test_an_item_is_withdrawn_everywhere_only_when_a_person_has_proved_the_last_place(house: House):
    """Invariant 12."""
    made = await house.published(("website", "other"))
    board = (await house.legs(made.id))["other"]
    proof = Evidence("某苏木公告栏", house.now(), "某某", None, None)
    async with house.store.begin() as tx:
        await record_evidence(tx, board.id, proof, house.bench, by=house.chief, at=house.now())
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "withdrawn", "other": "withdraw_by_hand"}
    assert ("withdrawn", "item") not in await house.lines(made.id)
    async with house.store.begin() as tx:
        leg = await get_delivery(tx, board.id)
        await record_taken_down(tx, leg, "已撕下", house.bench, by=house.chief, at=house.now())
    assert ("withdrawn", "item") in await house.lines(made.id)
