"""After a change of columns every page follows step by step, and is then what a rebuilt site would be."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.core.moved_columns import moved_column
from server.core.office import add_account
from server.core.renewal import STALE, renew_site
from server.core.site_columns import Book, add_column, change_column, merge_column
from server.store.accounts import list_accounts_of
from server.store.renewals import find_renewal, note_renewal, want_again
from server.store.site_columns import ColumnRow, read_version
from server.store.tables import item, place
from tests.faults.office import Office, open_sqlite_office
from tests.house import House
from tests.test_cli_keeping import TWO, lived, rebuilt


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_sqlite_office(sqlite_template, tmp_path) as opened:
        yield opened


async def book(office: Office) -> Book:
    async with office.store.read() as tx:
        return Book(office.house.parts.site, await read_version(tx), office.hand())


async def briefly_lived(office: Office) -> None:
    items = [await office.released(f"第{number}条", TWO) for number in range(3)]
    await office.work(1)
    await office.corrected(items[0], title="更正", column="ywdt")
    await office.withdraw(items[1])
    await office.work(1)


async def renewed(office: Office) -> None:
    """Let the pages follow, one step at a time, as if the process died after each."""
    office.hand.move(STALE.total_seconds())
    place = replace(office.house.workplace, now=office.hand)
    for _step in range(200):
        await renew_site(place, steps=1)
        async with office.store.read() as tx:
            told = await find_renewal(tx)
        if told is not None and told.stage == "done":
            assert told.done == told.wanted
            return
    raise AssertionError("the renewal does not end")


async def stands(office: Office, path: str) -> bool:
    return await asyncio.to_thread((office.orders.var / "site" / path).exists)


async def page(office: Office, path: str) -> str:
    return await asyncio.to_thread((office.orders.var / "site" / path).read_text)


async def test_a_site_stands_before_its_first_item(office: Office):
    async with office.store.begin() as tx:
        await want_again(tx, at=office.hand())
    await renewed(office)
    assert "本站暂无内容" in await page(office, "index.html")
    assert "本栏目暂无内容" in await page(office, "column/tzgg/index.html")
    assert await stands(office, "404.html")
    assert (await rebuilt(office, check=True)).is_same


async def test_what_begins_anew_in_the_middle_of_a_step_is_not_taken_for_done(house: House):
    async with house.store.begin() as tx:
        await want_again(tx, at=house.now())
        seen = await find_renewal(tx)
        assert seen is not None
        assert await note_renewal(tx, seen, "pages", "", 1)
        seen = await find_renewal(tx)
        assert seen is not None
        await want_again(tx, at=house.now() + timedelta(seconds=1))
        assert not await note_renewal(tx, seen, "leave", "", 1)
        told = await find_renewal(tx)
    assert told is not None
    assert told.stage == "places"


async def test_the_account_of_a_website_begins_it(house: House):
    async with house.store.begin() as tx:
        [site] = await list_accounts_of(tx, ("website",))
        await add_account(tx, replace(site, id="practised", slug="yanlian", practice=True), at=house.now())
        told = await find_renewal(tx)
    assert told is not None
    assert (told.wanted, told.stage) == (0, "places")


@pytest.mark.parametrize("count", [3, pytest.param(23, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
async def test_a_column_renamed_moved_and_added_is_followed_by_every_page(office: Office, count: int):
    """23 fill a list page."""
    await (lived(office, count) if count > 3 else briefly_lived(office))
    before = json.loads(await page(office, "feed/column/tzgg.json"))
    changes = {"name": "公示公告", "address": "gsgg"}
    seen = await book(office)
    async with office.store.begin() as tx:
        await change_column(tx, seen, "tzgg", changes)
    seen = await book(office)
    async with office.store.begin() as tx:
        await add_column(tx, seen, ColumnRow("zfhy", "zfhy", "政府会议", "政务动态", "常务会议", 0))
    await renewed(office)

    assert (await rebuilt(office, check=True)).is_same
    assert "公示公告" in await page(office, "column/gsgg/index.html")
    assert not await stands(office, "column/tzgg/index.html")
    assert "/column/zfhy/" in await page(office, "index.html")
    after = json.loads(await page(office, "feed/column/tzgg.json"))
    assert [entry["id"] for entry in after["items"]] == [entry["id"] for entry in before["items"]]
    assert after["feed_url"] == before["feed_url"]
    async with office.store.read() as tx:
        assert await moved_column(tx, ("/column/tzgg/p1.html",)) == "/column/gsgg/p1.html"
        assert await moved_column(tx, ("/column/tzgg/",)) == "/column/gsgg/"
        assert await moved_column(tx, ("/column/gsgg/",)) is None


async def test_a_column_put_below_another_stands_there_too_and_leaves_no_trace_when_it_is_taken_out(
    office: Office,
):
    await briefly_lived(office)
    async with office.store.read() as tx:
        withdrawn = (
            await tx.execute(sa.select(item.c.id).where(item.c.withdrawn_at.is_not(None)))
        ).scalar_one()
    for parent, names in (("ywdt", True), (None, False)):
        seen = await book(office)
        async with office.store.begin() as tx:
            await change_column(tx, seen, "tzgg", {"parent": parent})
        await renewed(office)
        assert (await rebuilt(office, check=True)).is_same
        above = json.loads(await page(office, "feed/column/ywdt.json"))["items"]
        assert len(above) == (2 if names else 1)
        assert ("/column/tzgg/" in await page(office, "column/ywdt/index.html")) is True
        home = await page(office, "index.html")
        assert (home.count('href="/column/tzgg/"') == 0) is names
        # What was withdrawn comes and goes with its column, though no page shows it.
        assert (withdrawn in await placed(office, "ywdt")) is names


async def changed(office: Office, slug: str, **changes: str | None) -> None:
    seen = await book(office)
    async with office.store.begin() as tx:
        await change_column(tx, seen, slug, changes)


async def merged(office: Office, slug: str, into: str) -> None:
    seen = await book(office)
    async with office.store.begin() as tx:
        await merge_column(tx, seen, slug, into)


async def placed(office: Office, slug: str) -> set[str]:
    async with office.store.read() as tx:
        wanted = sa.select(place.c.item_id).where(place.c.list_key == f"column/{slug}")
        return set((await tx.execute(wanted)).scalars())


@pytest.mark.slow
@pytest.mark.parametrize(
    "end", ["the lower one is merged elsewhere", "the upper one is merged after it left"]
)
async def test_what_stood_below_a_column_has_no_place_where_it_belongs_no_longer(office: Office, end: str):
    items = [await office.released(f"在{column}", TWO, column=column) for column in ("ywdt", "tzgg", "zcwj")]
    await office.work(1)
    await changed(office, "tzgg", parent="ywdt")
    await renewed(office)
    assert await placed(office, "ywdt") == set(items[:2])
    if end == "the lower one is merged elsewhere":
        await merged(office, "tzgg", "zcwj")
        own, other = {items[0]}, set(items[1:])
    else:  # before any page has followed
        await changed(office, "tzgg", parent=None)
        await merged(office, "ywdt", "zcwj")
        own, other = set(), {items[0], items[2]}
    await renewed(office)
    assert (await placed(office, "ywdt"), await placed(office, "zcwj")) == (own, other)
    assert (await rebuilt(office, check=True)).is_same


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_column_of_many_pages_takes_them_along_and_leaves_none_behind(office: Office):
    for number in range(21):
        await office.released(f"第{number}条", TWO, column="ywdt")
    await office.work(1)
    for parent, pages in (("tzgg", 2), (None, 0)):
        seen = await book(office)
        async with office.store.begin() as tx:
            await change_column(tx, seen, "ywdt", {"parent": parent})
        await renewed(office)
        assert (await rebuilt(office, check=True)).is_same
        assert [await stands(office, f"column/tzgg/p{n}.html") for n in (1, 2, 3)] == [
            number < pages for number in range(3)
        ]
        assert await stands(office, "feed/column/tzgg.rss") is bool(pages)


@pytest.mark.slow
async def test_a_merged_column_stands_in_the_other_one_by_publication_and_leads_there(office: Office):
    items = [
        await office.released(f"第{number}条", TWO, column=column)
        for number, column in enumerate(("ywdt", "tzgg", "ywdt", "tzgg"))
    ]
    await office.work(1)
    await office.withdraw(items[0])
    await office.work(1)
    seen = await book(office)
    async with office.store.begin() as tx:
        await merge_column(tx, seen, "ywdt", "tzgg")
    late = await office.released("合并以后才发布", TWO, column="ywdt")  # was approved for what is no more
    await office.work(1)
    await renewed(office)

    assert (await rebuilt(office, check=True)).is_same
    shown = json.loads(await page(office, "feed/column/tzgg.json"))["items"]
    assert [entry["id"].rpartition("/")[2] for entry in shown] == [late, *reversed(items[1:])]
    assert not await stands(office, "column/ywdt/index.html")
    assert not await stands(office, "feed/column/ywdt.rss")
    async with office.store.read() as tx:
        assert await moved_column(tx, ("/column/ywdt/p2.html",)) == "/column/tzgg/"
        assert await moved_column(tx, ("/feed/column/ywdt/1.atom",)) == "/feed/column/tzgg.atom"
    assert await office.row_errors() == 0
