"""The backlog's order: no account hides another's, no organ makes the others wait for all of its own."""

import asyncio
from typing import Any

import pytest

from server.core.dispatch import claim
from server.core.lanes import Lanes
from server.core.rounds import take_errands
from server.core.withdraw import withdraw
from server.store.due import take_due
from server.store.orgs import OrgRow, insert_org
from server.store.sqlite import Connection
from tests.house import House
from tests.tampering import take_guards_away


async def claimed(house: House, limit: int) -> list[str]:
    async with house.store.begin() as tx:
        return [one.leg.item_id for one in await claim(tx, house.place, at=house.now(), limit=limit)]


async def test_a_full_account_hides_nothing_that_waits_for_another(house: House):
    for _item in range(30):
        await house.release((await house.item()).id)
    await claimed(house, 4)  # the website takes four at a time
    late = await house.item()
    await house.release(late.id, ("weibo", "website"))
    async with house.store.begin() as tx:
        await take_guards_away(tx)
        await tx.exec_driver_sql("UPDATE deliveries SET state = 'ready', gate = NULL WHERE channel = 'weibo'")
    assert await claimed(house, 8) == [late.id]


async def test_organs_take_turns_on_an_account(house: House):
    for _item in range(6):
        await house.release((await house.item()).id)
    other = OrgRow(house.new_id(), "000000027", "某局", house.org.id)
    async with house.store.begin() as tx:
        await insert_org(tx, other, at=house.now())
    house.now.move(minutes=1)
    late = await house.item(org=other.as_org())
    await house.release(late.id)
    assert late.id in await claimed(house, 4)


async def test_within_a_turn_the_organ_that_waits_longest_is_first(house: House):
    others = [OrgRow(house.new_id(), f"00000003{n}", f"某局{n}", house.org.id) for n in range(2)]
    async with house.store.begin() as tx:
        for other in others:
            await insert_org(tx, other, at=house.now())
    waiting = []
    for org in (house.org, house.org, *(one.as_org() for one in others), others[0].as_org(), house.org):
        house.now.move(minutes=1)
        waiting.append((await house.item(org=org)).id)
        await house.release(waiting[-1])
    # Its first, the first of the others, then what is second: the claim has room for four.
    assert await claimed(house, 4) == [waiting[0], waiting[2], waiting[3], waiting[1]]


async def test_a_claim_says_whether_something_was_left_behind(house: House):
    for _item in range(5):
        await house.release((await house.item()).id)
    await claimed(house, 8)
    assert house.place.memory.is_left
    await house.run_until_quiet()


async def test_a_claim_that_took_everything_says_so(house: House):
    await house.release((await house.item()).id)
    await claimed(house, 8)
    assert not house.place.memory.is_left


async def test_platforms_share_what_room_there_is_for_them(house: House):
    for _item in range(6):
        await house.release((await house.item()).id, ("website", "weibo", "wechat"))
    async with house.store.begin() as tx:
        await take_guards_away(tx)
        await tx.exec_driver_sql(
            "UPDATE deliveries SET state = 'ready', gate = NULL WHERE channel <> 'website'"
        )
        lanes = Lanes(outside=2)
        legs = [one.leg for one in await claim(tx, house.place, at=house.now(), limit=20, lanes=lanes)]
    assert sorted(leg.channel for leg in legs if leg.channel != "website") == ["wechat", "weibo"]
    assert house.place.memory.is_left


async def test_a_round_for_many_takes_as_many_turns_at_the_database_as_for_one(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    if not house.store.is_sqlite:
        pytest.skip("turns are counted at SQLite's thread")
    turns = 0
    go_there = Connection._execute

    async def counted(self: Connection, *act: Any, **more: Any) -> Any:
        nonlocal turns
        turns += 1
        return await go_there(self, *act, **more)

    monkeypatch.setattr(Connection, "_execute", counted)
    seen = []
    for count in (1, 4):
        items = [await house.item() for _item in range(count)]
        for item in items:
            await house.release(item.id, ("weibo", "website"))
        async with house.store.begin() as tx:
            await take_guards_away(tx)
            await tx.exec_driver_sql(
                "UPDATE deliveries SET state = 'ready', gate = NULL WHERE channel = 'weibo'"
            )
            await tx.exec_driver_sql("UPDATE deliveries SET due_at = '2999-01-01' WHERE channel = 'website'")
        before = turns
        taken = await take_errands(house.place, room=20)
        seen.append(turns - before)
        assert len(taken) == count
    assert seen == [1, 1]  # what is due, the claim, what it carries and the commit, all in one


async def test_an_arrival_that_a_withdrawal_overtakes_does_not_stay(house: House):
    """The withdrawal is not committed yet when the answer comes: one of the two must see the other."""
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim()
    go_on = asyncio.Event()
    begun = asyncio.Event()

    async def withdraw_slowly() -> None:
        async with house.store.begin() as tx:
            await withdraw(tx, made.id, "内容有误", house.bench, at=house.now())
            begun.set()
            await go_on.wait()

    withdrawing = asyncio.create_task(withdraw_slowly())
    await begun.wait()
    sending = asyncio.create_task(errand.run())
    await asyncio.wait((sending,), timeout=0.3)
    go_on.set()
    await asyncio.gather(withdrawing, sending)
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "withdrawn"}


async def test_no_more_looks_are_taken_than_there_is_room_for(house: House):
    for _item in range(12):
        await house.release((await house.item()).id, ("website", "weibo"))
    async with house.store.begin() as tx:
        await take_guards_away(tx)
        await tx.exec_driver_sql(
            "UPDATE deliveries SET state = 'unknown', gate = NULL, due_at = changed_at"
            " WHERE channel = 'weibo'"
        )
        due = await take_due(tx, ("unknown",), at=house.now(), until=house.now(), room=8)
    assert len(due.looks) == 2


async def test_looks_at_platforms_keep_to_their_lanes(house: House):
    for _item in range(4):
        await house.release((await house.item()).id, ("website", "weibo", "wechat"))
    async with house.store.begin() as tx:
        await take_guards_away(tx)
        await tx.exec_driver_sql(
            "UPDATE deliveries SET state = 'unknown', gate = NULL, due_at = changed_at"
            " WHERE channel <> 'website'"
        )
        at = house.now()
        shut = frozenset({"weibo"})
        due = await take_due(tx, ("unknown",), at=at, until=at, room=40, outside=3, shut=shut)
        none = await take_due(tx, ("unknown",), at=at, until=at, room=40, outside=0)
    assert [channel for _state, _key, channel in due.looks] == ["wechat"] * 3
    assert none.looks == ()
