"""Corrections that readers are told of, silent ones, and items that take another's place."""

from typing import Any

import pytest

from channels.item import Content
from server.core.contents import content_of_release, lines_of_releases
from server.core.problems import Problem
from server.core.replace import replace_item
from server.store.due import take_due
from tests.house import SITE, House


async def correct(house: House, item_id: str, change: Any = "major", note: str | None = None) -> str:
    """Release a corrected version an hour later and deliver it; give the release."""
    house.now.move(hours=1)
    await house.corrected(item_id, title=f"更正后的标题{house.now():%H}")
    made = await house.release(item_id, change=change, note=note)
    await house.run_until_quiet()
    return made.id


async def both(house: House, release_id: str) -> tuple[Content, Content]:
    """Give the content of a release as its page has it, and as lists and feeds have it."""
    async with house.store.read() as tx:
        page = await content_of_release(tx, release_id, SITE, at=house.now())
        return page, (await lines_of_releases(tx, frozenset((release_id,)), SITE))[release_id]


async def replace(house: House, item_id: str, by_id: str | None) -> None:
    async with house.store.begin() as tx:
        await replace_item(tx, item_id, by_id, by=house.chief, at=house.now())


async def page_of(house: House, item_id: str) -> Content:
    leg = (await house.legs(item_id))["website"]
    return (await both(house, leg.release_id))[0]


async def roles(house: House, item_id: str) -> list[tuple[str, str]]:
    return [(link.role, link.title) for link in (await page_of(house, item_id)).related]


async def stale(house: House) -> set[str]:
    async with house.store.begin() as tx:
        due = await take_due(tx, (), at=house.now(), until=house.now(), room=50)
    return {one.delivery_id for one in due.stale}


async def test_a_major_correction_moves_the_date_and_carries_its_note(house: House):
    made = await house.published()
    released = await correct(house, made.id, "major", "补充第三条")
    for content in await both(house, released):
        assert (content.updated_at, content.correction) == (house.now(), "补充第三条")
        assert content.published_at < content.updated_at


async def test_a_minor_correction_is_silent(house: House):
    made = await house.published()
    for content in await both(house, await correct(house, made.id, "minor")):
        assert (content.updated_at, content.correction) == (content.published_at, "")


async def test_a_silent_correction_after_a_major_one_takes_nothing_back(house: House):
    made = await house.published()
    await correct(house, made.id, "major", "补充第三条")
    at = house.now()
    for content in await both(house, await correct(house, made.id, "minor")):
        assert (content.updated_at, content.correction) == (at, "补充第三条")


async def test_the_newest_major_correction_is_told(house: House):
    made = await house.published()
    await correct(house, made.id, "major", "补充第三条")
    (content, _line) = await both(house, await correct(house, made.id, "major"))
    assert (content.updated_at, content.correction) == (house.now(), "")


async def test_a_note_belongs_to_a_major_correction(house: House):
    made = await house.published()
    with pytest.raises(Problem, match="note"):
        await correct(house, made.id, "minor", "补充第三条")


async def test_a_first_release_has_no_note(house: House):
    made = await house.item()
    with pytest.raises(Problem, match="note"):
        await house.release(made.id, note="x")


async def test_both_pages_say_which_item_took_the_others_place(house: House):
    old, new = await house.published(title="旧办法"), await house.published(title="新办法")
    await replace(house, old.id, new.id)
    assert await roles(house, old.id) == [("replaced_by", "新办法")]
    assert await roles(house, new.id) == [("replaces", "旧办法")]
    pages = {(await house.legs(item.id))["website"].id for item in (old, new)}
    assert await stale(house) >= pages


async def test_a_successor_that_nobody_can_read_is_not_linked_until_it_is_live(house: House):
    old, new = await house.published(title="旧办法"), await house.item(title="新办法")
    await replace(house, old.id, new.id)
    assert await roles(house, old.id) == []
    await house.run_until_quiet()
    await house.release(new.id)
    await house.run_until_quiet()
    assert await roles(house, old.id) == [("replaced_by", "新办法")]


async def test_an_old_page_is_written_again_when_its_successor_comes_and_goes(house: House):
    old, new = await house.published(title="旧办法"), await house.item(title="新办法")
    await replace(house, old.id, new.id)
    page = (await house.legs(old.id))["website"].id
    await house.run_until_quiet()
    await house.release(new.id)
    (errand,) = await house.claim()
    await errand.run()
    assert page in await stale(house)
    await house.run_until_quiet()
    await house.withdraw(new.id)
    assert page in await stale(house)
    assert await roles(house, old.id) == []


async def test_an_item_stands_for_itself_again(house: House):
    old, new = await house.published(title="旧办法"), await house.published(title="新办法")
    await replace(house, old.id, new.id)
    await replace(house, old.id, None)
    assert await roles(house, old.id) == await roles(house, new.id) == []


async def test_no_item_takes_its_own_place_by_whatever_way(house: House):
    first, second, third = [await house.published() for _number in range(3)]
    await replace(house, first.id, second.id)
    await replace(house, second.id, third.id)
    for item in (first, second, third):
        with pytest.raises(Problem, match="wrong_state"):
            await replace(house, third.id, item.id)


async def test_an_unknown_item_takes_nobodys_place(house: House):
    made = await house.published()
    with pytest.raises(Problem, match="unknown_item"):
        await replace(house, made.id, "nothing")


async def test_the_notice_of_a_withdrawn_item_is_written_again_once_its_successor_is_live(house: House):
    old = await house.published()
    notice = (await house.legs(old.id))["website"].id
    await house.withdraw(old.id)
    await house.run_until_quiet()
    new = await house.item(title="新的办法")
    await replace(house, old.id, new.id)
    assert notice in await stale(house)
    await house.run_until_quiet()
    assert notice not in await stale(house)
    assert await roles(house, old.id) == []
    await house.release(new.id)
    (errand,) = await house.claim()
    await errand.run()
    assert notice in await stale(house)
    assert await roles(house, old.id) == [("replaced_by", "新的办法")]
