"""Columns that an office keeps: what a merger does to lists, readers and figures, on both databases."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from server.core.catalogue import read_changes
from server.core.live_site import LiveSite
from server.core.neighbours import find_neighbours
from server.core.numbering import number_anew
from server.core.renewal import STALE, renew_site
from server.core.site_columns import Book, change_column, merge_column
from server.core.verify import verify_rows
from server.report.figures import Question, channel_figures
from server.store.catalogue import Filters, list_hits
from server.store.column_reach import read_reach
from server.store.followings import follow_column, list_followed
from server.store.ledger_tables import ledger
from server.store.merging import list_uneven, read_gathered
from server.store.push import BrowserRow, put_browser
from server.store.push_tables import push_topic
from server.store.renewals import find_renewal
from server.store.site_columns import read_version
from server.store.tables import place
from server.watch.silence import silent_columns
from tests.core.practising import go_into_practice
from tests.house import SITE, House

YEAR: Final = (date(2026, 1, 1), date(2026, 12, 31))


async def book(house: House) -> Book:
    async with house.store.read() as tx:
        return Book(SITE, await read_version(tx), house.now())


async def merge(house: House, slug: str, into: str) -> None:
    seen = await book(house)
    async with house.store.begin() as tx:
        await merge_column(tx, seen, slug, into)


async def renew(house: House) -> None:
    house.now.move(seconds=STALE.total_seconds())
    while await renew_site(house.place) or not await is_done(house):
        pass


async def is_done(house: House) -> bool:
    async with house.store.read() as tx:
        told = await find_renewal(tx)
    return told is not None and told.stage == "done"


async def listed(house: House, key: str) -> list[str]:
    async with house.store.read() as tx:
        wanted = sa.select(place.c.item_id).where(place.c.list_key == key).order_by(place.c.ordinal)
        return list((await tx.execute(wanted)).scalars())


async def test_a_merged_list_is_in_the_order_of_publication_and_has_no_gap(house: House):
    items = []
    for column in ("zcwj", "zcjd", "zcwj", "zcjd"):
        items.append((await house.published(column=column)).id)
        house.now.move(minutes=5)
    await merge(house, "zcjd", "zcwj")
    await renew(house)
    assert await listed(house, "column/zcwj") == items
    assert await listed(house, "column/zcjd") == []
    async with house.store.read() as tx:
        beside = await find_neighbours(tx, items[1], ("live",))
    assert {one.item.id for one in beside} == {items[0], items[2]}
    await house.published(column="zcwj")  # the next one stands behind them all
    assert len(await listed(house, "column/zcwj")) == 5


async def test_nothing_is_renewed_while_a_process_may_still_work_by_the_old_columns(house: House):
    await merge(house, "zcjd", "zcwj")
    assert await renew_site(house.place) == 0
    assert not await is_done(house)


async def test_readers_of_a_merged_column_follow_the_other_one_once(house: House):
    async with house.store.begin() as tx:
        (account_id,) = [row.id for row in await tx.execute(sa.text("SELECT id FROM accounts LIMIT 1"))]
        for openid, columns in (("a", ("zcjd",)), ("b", ("zcjd", "zcwj"))):
            for column in columns:
                await follow_column(tx, account_id, openid, column, at=house.now())
        row = BrowserRow("k", "https://x.invalid", "p", "s", keeps_quiet=True, topics=("column/zcjd",))
        await put_browser(tx, row, at=house.now())
    async with house.store.read() as tx:
        assert (await read_reach(tx, ("zcjd",))).followers == 2
    await merge(house, "zcjd", "zcwj")
    async with house.store.read() as tx:
        assert [await list_followed(tx, account_id, one) for one in "ab"] == [("zcwj",), ("zcwj",)]
        assert list((await tx.execute(sa.select(push_topic.c.topic))).scalars()) == ["column/zcwj"]


async def test_what_is_first_shown_after_a_merger_is_counted_where_it_is(house: House):
    made = await house.item(column="zcjd")
    await merge(house, "zcjd", "zcwj")
    await house.place.sites.refresh(house.store)
    await house.release(made.id)
    await house.run_until_quiet()
    async with house.store.read() as tx:
        assert set((await tx.execute(sa.select(ledger.c.column))).scalars()) == {"zcwj"}


async def test_an_office_says_itself_when_a_column_is_silent_and_a_closed_one_never_is(house: House):
    await house.published(column="zcwj")
    house.now.move(days=9)
    seen = await book(house)
    async with house.store.begin() as tx:
        await change_column(tx, seen, "zcwj", {"silent_days": 8, "org_id": house.org.id})
    await house.place.sites.refresh(house.store)
    today = house.now().date()
    async with house.store.read() as tx:
        found = {one.key: one for one in await silent_columns(tx, house.place.site, today)}
    alarm = found["column:zcwj"]
    assert (alarm.level, alarm.org_id, "已有9天" in alarm.message) == ("alarm", house.org.id, True)
    seen = await book(house)
    async with house.store.begin() as tx:
        await change_column(tx, seen, "zcwj", {"is_open": False})
    await house.place.sites.refresh(house.store)
    async with house.store.read() as tx:
        assert "column:zcwj" not in {o.key for o in await silent_columns(tx, house.place.site, today)}


async def test_who_asks_the_catalogue_for_a_merged_column_gets_that_which_it_is_part_of(house: House):
    made = await house.published(column="zcjd")
    await read_changes(house.place)
    await merge(house, "zcjd", "zcwj")
    await renew(house)
    await read_changes(house.place)
    site = house.place.site
    async with house.store.read() as tx:
        hits = await list_hits(tx, Filters(columns=site.with_below("zcjd")), limit=5)
    assert [hit.item_id for hit in hits] == [made.id]
    assert (site.column_now("none"), site.column_now(None)) == ("none", None)


async def change(house: House, slug: str, **changes: Any) -> None:
    seen = await book(house)
    async with house.store.begin() as tx:
        await change_column(tx, seen, slug, changes)
    await house.place.sites.refresh(house.store)


async def test_a_column_holds_what_stands_below_it_and_loses_it_again(house: House):
    items = []
    for column in ("zcjd", "zcwj", "zcjd"):
        items.append((await house.published(column=column)).id)
        house.now.move(minutes=5)
    await change(house, "zcjd", parent="zcwj")
    await renew(house)
    assert await listed(house, "column/zcwj") == items
    assert await listed(house, "column/zcjd") == [items[0], items[2]]
    house.now.move(minutes=5)
    late = (await house.published(column="zcjd")).id
    assert await listed(house, "column/zcwj") == [*items, late]
    while await read_changes(house.place):
        pass
    site = house.place.site
    async with house.store.read() as tx:
        above = await list_hits(tx, Filters(columns=site.with_below("zcwj")), limit=9)
        below = await list_hits(tx, Filters(columns=site.with_below("zcjd")), limit=9)
        beside = await find_neighbours(tx, items[1], ("live",))
        for with_it, counted in ((site.with_below("zcwj")[1:], 4), (None, 1)):
            question = Question(*YEAR, column="zcwj", below=with_it)
            assert (await channel_figures(tx, question, at=house.now())).total.items == counted
    assert ({hit.item_id for hit in above}, len(below)) == ({*items, late}, 3)
    assert {one.item.id for one in beside if one.column == "zcwj"} == {items[0], items[2]}
    await change(house, "zcjd", parent=None)
    await renew(house)
    assert await listed(house, "column/zcwj") == [items[1]]


async def test_a_column_loses_what_stands_below_it_no_longer_in_practice_too(house: House):
    await go_into_practice(house)
    items = []
    for column in ("zcjd", "zcwj"):
        made = await house.item(column=column)
        await house.release(made.id, ("yanlian-website",))
        await house.run_until_quiet()
        items.append(made.id)
        house.now.move(minutes=5)
    await change(house, "zcjd", parent="zcwj")
    await renew(house)
    assert await listed(house, "column/zcwj") == items
    await change(house, "zcjd", parent=None)
    await renew(house)
    assert await listed(house, "column/zcwj") == items[1:]
    assert await listed(house, "column/zcjd") == items[:1]


async def test_a_list_that_is_level_already_is_left_alone(house: House):
    await house.published(column="zcjd")
    await change(house, "zcjd", parent="zcwj")
    lists = ("zcwj", ("zcjd",), ("zcwj", "zcjd"))
    async with house.store.read() as tx:
        uneven = await list_uneven(tx, *lists)
    for account_id in uneven:
        slug, below, filed = lists
        gathered = partial(read_gathered, account_id=account_id, slug=slug, below=below, filed=filed)
        await number_anew(house.place, gathered)
    assert uneven
    async with house.store.read() as tx:
        assert await list_uneven(tx, *lists) == ()


async def test_what_is_below_a_column_keeps_it_from_being_silent(house: House):
    await house.published(column="zcwj")
    house.now.move(days=9)
    await house.published(column="zcjd")
    await change(house, "zcwj", silent_days=8)
    today = house.now().date()
    for parent, is_silent in (("zcwj", False), (None, True)):
        await change(house, "zcjd", parent=parent)
        async with house.store.read() as tx:
            found = {one.key for one in await silent_columns(tx, house.place.site, today)}
        assert ("column:zcwj" in found) is is_silent


async def test_what_is_counted_under_any_of_the_columns_an_item_belonged_to_is_not_foreign(house: House):
    items = [await house.item(column="tzgg") for _number in range(3)]
    await house.release(items[0].id)
    await house.run_until_quiet()
    for made, slug, into in ((items[1], "tzgg", "zcjd"), (items[2], "zcjd", "zcwj")):
        await merge(house, slug, into)
        await house.release(made.id)
        await house.run_until_quiet()
    async with house.store.read() as tx:
        counted = set((await tx.execute(sa.select(ledger.c.column))).scalars())
    assert counted == {"tzgg", "zcjd", "zcwj"}
    assert await verify_rows(house.store) == ()


async def test_a_column_that_the_settings_leave_out_keeps_what_was_published_in_it(house: House):
    made = await house.published(column="zcjd")
    site = replace(SITE, columns=tuple(one for one in SITE.columns if one.slug == "zcwj"))
    sites = LiveSite(site)
    await sites.keep_left_out(house.store)
    kept = sites.current.column("zcjd")
    assert (sites.left_out, kept and (kept.is_open, kept.in_menu)) == (("zcjd",), (False, False))
    assert sites.current.column("tzgg") is None  # nothing ever stood there
    async with house.store.begin() as tx:  # it is ended as every column is
        await merge_column(tx, Book(sites.current, 0, house.now()), "zcjd", "zcwj")
    await sites.refresh(house.store)
    house.place = replace(house.place, sites=sites)
    await renew(house)
    assert await listed(house, "column/zcwj") == [made.id]
    again = LiveSite(site)
    await again.keep_left_out(house.store)
    await again.refresh(house.store)
    assert (again.left_out, again.current.column_now("zcjd")) == ((), "zcwj")
