"""server/review/levels.py on both databases: rounds, levels and deputies as the store keeps them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from server.core.draft import create_item
from server.core.problems import Problem
from server.review.afterwards import review_afterwards
from server.review.approvals import approve, return_item, submit
from server.review.deputising import appoint, dismiss
from server.review.levels import set_levels, standing_of
from server.store.approvals import find_last_approved, is_approved
from server.store.items import ItemSeen, get_item
from server.store.levels import list_deputies
from server.store.people import PersonRow, insert_person, put_grant
from tests.house import House


@pytest.fixture
async def office(house: House) -> House:
    """Two levels, two reviewers and a chief."""
    async with house.store.begin() as tx:
        for login in ("first", "second"):
            await insert_person(tx, PersonRow(login, login, login, None, None), at=house.now())
            await put_grant(tx, login, house.org.id, "reviewer")
        await put_grant(tx, house.chief, house.org.id, "chief")
        await set_levels(tx, house.org.id, "any", [("reviewer", "一审"), ("chief", "三审")], at=house.now())
    return house


async def handed_in(house: House) -> str:
    async with house.store.begin() as tx:
        made = await create_item(tx, house.draft(), by=house.author, at=house.now(), new_id=house.new_id)
        await submit(tx, made.id, by=house.author, at=house.now())
    return made.id


async def approved(house: House, item_id: str, by: str) -> ItemSeen:
    house.now.move(seconds=1)
    async with house.store.begin() as tx:
        return await approve(tx, item_id, by=by, at=house.now(), new_id=house.new_id)


async def test_only_the_last_level_seals_the_content(office: House):
    item_id = await handed_in(office)
    between = await approved(office, item_id, "first")
    async with office.store.read() as tx:
        assert not await is_approved(tx, between.revision.id, between.revision.content_hash)
        assert await find_last_approved(tx, item_id, 2) is None
    done = await approved(office, item_id, office.chief)
    async with office.store.read() as tx:
        assert await is_approved(tx, done.revision.id, done.revision.content_hash)
        assert await find_last_approved(tx, item_id, 2) == done.revision.id


async def test_two_who_approve_on_one_level_at_once_approve_it_once(office: House):
    item_id = await handed_in(office)
    came = await asyncio.gather(
        *(approved(office, item_id, login) for login in ("first", "second")), return_exceptions=True
    )
    assert sum(isinstance(one, ItemSeen) for one in came) == 1
    assert all(isinstance(one, ItemSeen | Problem) for one in came), came
    async with office.store.read() as tx:
        standing = await standing_of(tx, await get_item(tx, item_id))
    assert (standing.next, len(standing.done)) == (2, 1)


async def test_a_round_that_was_returned_does_not_count_in_the_next(office: House):
    item_id = await handed_in(office)
    for _ in range(2):
        await approved(office, item_id, "first")
        office.now.move(seconds=1)
        async with office.store.begin() as tx:
            await return_item(
                tx, item_id, by=office.chief, at=office.now(), new_id=office.new_id, reason="补充"
            )
            await submit(tx, item_id, by=office.author, at=office.now())
    async with office.store.read() as tx:
        standing = await standing_of(tx, await get_item(tx, item_id))
    assert (standing.round, standing.next, standing.done) == (2, 1, ())


async def test_levels_set_back_to_none_leave_one(office: House):
    async with office.store.begin() as tx:
        await set_levels(tx, office.org.id, "any", [], at=office.now())
    item_id = await handed_in(office)
    assert (await approved(office, item_id, "first")).revision.state == "approved"


async def test_fewer_levels_than_were_passed_still_want_one_approval(office: House):
    item_id = await handed_in(office)
    await approved(office, item_id, "first")
    async with office.store.begin() as tx:
        await set_levels(tx, office.org.id, "any", [("reviewer", "审核")], at=office.now())
    with pytest.raises(Problem, match="前面一级"):
        await approved(office, item_id, "first")
    assert (await approved(office, item_id, "second")).revision.state == "approved"


async def appointed(house: House, **changes: Any) -> str:
    at = house.now()
    async with house.store.begin() as tx:
        made = await appoint(
            tx, "chief", "second", changes.get("begins", at), changes.get("ends", at + timedelta(days=3)),
            "休假",
            by=house.chief, at=at, new_id=house.new_id,
        )  # fmt: skip
    return made.id


async def test_a_deputy_stands_for_another_only_within_his_days(office: House):
    await appointed(office, begins=office.now() + timedelta(days=1))
    item_id = await handed_in(office)
    await approved(office, item_id, "first")
    with pytest.raises(Problem, match="三审"):
        await approved(office, item_id, "second")
    office.now.move(days=2)
    assert (await approved(office, item_id, "second")).revision.state == "approved"


async def test_an_appointment_that_is_over_is_listed_no_more(office: House):
    first, _later = await appointed(office), await appointed(office, ends=office.now() + timedelta(days=9))
    async with office.store.begin() as tx:
        assert len(await list_deputies(tx, office.chief, at=office.now())) == 2
        await dismiss(tx, first, at=office.now())
        assert len(await list_deputies(tx, office.chief, at=office.now())) == 1
        assert await list_deputies(tx, office.chief, at=office.now() + timedelta(days=10)) == ()


async def test_nothing_waits_for_a_review_that_was_never_put_off(office: House):
    item_id = await handed_in(office)
    with pytest.raises(Problem, match="没有等待"):
        async with office.store.begin() as tx:
            await review_afterwards(
                tx, item_id, "approved", None, by="first", at=office.now(), new_id=office.new_id
            )
