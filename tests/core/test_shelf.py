"""The lists of a site as the store keeps them."""

from server.core.shelf import StoreShelf
from server.store.accounts import find_account
from tests.house import SITE, House


async def shelf_of(house: House, slug: str = "website") -> StoreShelf:
    async with house.store.read() as tx:
        account = await find_account(tx, slug)
    assert account is not None
    return StoreShelf(house.store, SITE, account.id)


async def test_the_newest_stands_first(house: House):
    items = [await house.published(title=f"第{n}条") for n in range(3)]
    shelf = await shelf_of(house)
    entries = await shelf.newest("site", 2)
    assert [entry.content.item_id for entry in entries] == [items[2].id, items[1].id]


async def test_an_item_stands_in_its_column_and_its_organ(house: House):
    made = await house.published()
    shelf = await shelf_of(house)
    for key in ("site", "column/zcwj", f"org/{house.org.code}"):
        assert [entry.content.item_id for entry in await shelf.newest(key, 9)] == [made.id]
    assert await shelf.newest("column/tzgg", 9) == ()


async def test_a_withdrawn_item_leaves_its_place_empty(house: House):
    items = [await house.published(title=f"第{n}条") for n in range(3)]
    await house.withdraw(items[1].id)
    shelf = await shelf_of(house)
    assert [entry.ordinal for entry in await shelf.span("site", 1, 3)] == [3, 1]


async def test_a_second_release_keeps_its_place_and_shows_the_new_words(house: House):
    made = await house.published(title="旧标题")
    await house.published(title="后来的")
    await house.corrected(made.id, title="新标题")
    await house.release(made.id)
    await house.run_until_quiet()
    shelf = await shelf_of(house)
    assert [entry.content.title for entry in await shelf.newest("site", 9)] == ["后来的", "新标题"]


async def test_what_is_under_way_is_listed_and_not_live(house: House):
    made = await house.item()
    await house.release(made.id)
    await house.claim()
    shelf = await shelf_of(house)
    (entry,) = await shelf.newest("site", 9)
    assert (entry.content.item_id, entry.is_live) == (made.id, False)


async def test_a_corrected_item_leaves_the_column_it_was_in(house: House):
    made = await house.published(column="zcwj")
    await house.corrected(made.id, column="tzgg")
    await house.release(made.id)
    await house.run_until_quiet()
    shelf = await shelf_of(house)
    assert await shelf.newest("column/zcwj", 9) == ()
    assert len(await shelf.newest("column/tzgg", 9)) == 1


async def test_a_list_remembers_when_it_last_changed(house: House):
    made = await house.published()
    later = house.now.move(hours=1)
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert await (await shelf_of(house)).last_change("site") == later


async def test_an_empty_list_has_no_place_and_no_change(house: House):
    shelf = await shelf_of(house)
    assert (await shelf.last_ordinal("site"), await shelf.last_change("site")) == (0, None)
    assert await shelf.ordinal_of("site", "nobody") is None


async def test_each_account_has_lists_of_its_own(house: House):
    await house.published(("website",))
    await house.published(("website", "feed"))
    assert await (await shelf_of(house, "website")).last_ordinal("site") == 2
    assert await (await shelf_of(house, "feed")).last_ordinal("site") == 1
