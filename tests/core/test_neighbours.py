"""Each page points at the one before and the one after it in its column, and only at pages one can open."""

import sqlalchemy as sa

from server.core.contents import content_of_release
from server.store.due import take_due
from server.store.tables import stale_page
from tests.house import SITE, House


async def beside(house: House, item_id: str) -> dict[str, str]:
    leg = (await house.legs(item_id))["website"]
    async with house.store.read() as tx:
        content = await content_of_release(tx, leg.release_id, SITE, at=house.now())
    return {n.role: n.title for n in content.neighbours}


async def three(house: House) -> list[str]:
    return [(await house.published(title=f"第{n}篇")).id for n in (1, 2, 3)]


async def test_the_middle_one_points_both_ways(house: House):
    _, middle, _ = await three(house)
    assert await beside(house, middle) == {"older": "第1篇", "newer": "第3篇"}


async def test_another_column_is_no_neighbour(house: House):
    first = await house.published(title="第1篇")
    await house.published(title="公告", column="tzgg")
    assert await beside(house, first.id) == {}


async def test_a_withdrawn_one_is_passed_over(house: House):
    first, middle, _ = await three(house)
    await house.withdraw(middle)
    await house.run_until_quiet()
    assert await beside(house, first) == {"newer": "第3篇"}


async def test_publishing_has_the_page_before_it_written_again(house: House):
    await three(house)
    made = await house.item(title="第4篇")
    await house.release(made.id)
    (errand,) = await house.claim()
    await errand.run()
    async with house.store.read() as tx:
        stale = (await take_due(tx, (), at=house.now(), until=house.now(), room=10)).stale
    assert len(stale) == 1


async def test_a_page_that_another_took_the_place_of_is_not_kept_to_be_written_again(house: House):
    first, _middle, last = await three(house)
    await house.corrected(last, title="第3篇，更正")
    await house.release(last)
    (correcting,) = await house.claim()
    made = await house.item(title="第4篇")
    await house.release(made.id)
    (publishing,) = [one for one in await house.claim() if one.name.startswith("deliver")]
    await publishing.run()  # the page before it is to name it
    await correcting.run()  # and is replaced
    await house.run_until_quiet()
    async with house.store.read() as tx:
        assert (await tx.execute(sa.select(stale_page))).all() == []
    assert await beside(house, first) == {"newer": "第2篇"}


async def test_one_that_left_the_column_is_no_neighbour_there(house: House):
    first, middle, _ = await three(house)
    await house.corrected(middle, title="第2篇", column="tzgg")
    await house.release(middle)
    await house.run_until_quiet()
    assert await beside(house, first) == {"newer": "第3篇"}
