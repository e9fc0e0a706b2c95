"""server/core/draft.py: who hands the same draft in twice has made one item."""

import asyncio

from server.core.draft import create_item, find_just_made
from server.store.items import ItemSeen
from tests.house import House


async def hand_in(house: House, **changes: str) -> ItemSeen:
    draft, at = house.draft(**changes), house.now()
    async with house.store.begin() as tx:
        made = await find_just_made(tx, draft, by=house.author, at=at)
        return made or await create_item(tx, draft, by=house.author, at=at, new_id=house.new_id)


async def test_of_two_at_once_one_makes_the_item_and_the_other_finds_it(house: House):
    first, second = await asyncio.gather(hand_in(house), hand_in(house))
    assert first.id == second.id


async def test_another_draft_and_a_later_version_are_something_else(house: House):
    first = await hand_in(house)
    other = await hand_in(house, title="另一篇")
    assert other.id != first.id
    await house.corrected(other.id, title="另一篇，改过")
    assert (await hand_in(house, title="另一篇，改过")).id != other.id
