"""No room on the disk: what stands stays whole, nothing is half done, and it goes on when there is room."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from server.core.verify import verify_rows
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.tx import Store, StoreFull
from tests.disk import KIB, files_of_at_most
from tests.faults.office import Office, open_office_with_valkey
from tests.house import House

BODY = "<p>" + "正文" * 8 * KIB + "</p>"  # 48 KiB: a page has room where a list of two does not


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office_with_valkey(database_url, tmp_path) as opened:
        yield opened


async def leg(office: Office, item_id: str, account: str) -> DeliverySeen:
    async with office.store.read() as tx:
        return {leg.account: leg for leg in await list_deliveries(tx, item_id)}[account]


async def served(office: Office, path: str) -> bytes:
    address, fresh = f"{office.orders.public_url}{path}", {"Cache-Control": "no-cache"}
    async with aiohttp.ClientSession() as session, session.get(address, headers=fresh) as answer:
        return await answer.read() if answer.status == 200 else b""


def unfinished(office: Office) -> list[str]:
    return [path.name for path in (office.orders.var / "site").rglob("*.new")]


# SQLite keeps its files in the same process and would be stopped along with the page.
@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_page_without_room_leaves_the_old_one_whole_and_is_written_when_there_is_room(office: Office):
    item = await office.released("旧的一版", ("site", "feed"))
    await office.work()
    path = f"/a/{item}.html"
    old = await served(office, path)
    await office.corrected(item, title="新的一版", body_html=BODY)
    with files_of_at_most(32 * KIB):
        await office.work(2)
        waiting, feed = await leg(office, item, "site"), await leg(office, item, "feed")
        during = await served(office, path)
    assert old
    assert during == old
    assert (waiting.state, waiting.who_acts, feed.state) == ("retry_wait", "clock", "waiting")
    assert "磁盘空间" in (waiting.reason or "")
    assert waiting.due_at is not None
    assert await asyncio.to_thread(unfinished, office) == []
    await office.work(6)
    assert (await office.titles(item), (await office.reckon(item)).states) == (
        {"新的一版"}, {"site": "live", "feed": "live"},
    )  # fmt: skip
    assert await office.row_errors() == 0


@pytest.mark.slow
@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("engine", ["postgresql"])
async def test_a_feed_without_room_leaves_the_old_one_whole_and_is_written_when_there_is_room(office: Office):
    first = await office.released("第一条", ("site", "feed"), body_html=BODY)
    await office.work()
    old = await served(office, "/feed/site.json")
    second = await office.released("第二条", ("site", "feed"), body_html=BODY)
    with files_of_at_most(80 * KIB):
        await office.work(2)
        page, feed = await leg(office, second, "site"), await leg(office, second, "feed")
        during = await served(office, "/feed/site.json")
    assert first.encode() in old
    assert during == old
    assert (page.state, feed.state, feed.who_acts) == ("live", "retry_wait", "clock")
    assert "磁盘空间" in (feed.reason or "")
    assert await asyncio.to_thread(unfinished, office) == []
    await office.work(6)
    assert (await leg(office, second, "feed")).state == "live"
    assert (await office.reckon(second)).posts["feed"] == 1
    assert await office.row_errors() == 0


async def rows(store: Store) -> tuple[int, ...]:
    async with store.read() as tx:
        tables = ("items", "revisions", "approvals", "audit")
        return tuple([(await tx.execute(sa.text(f"SELECT count(*) FROM {t}"))).scalar_one() for t in tables])


@pytest.mark.usefixtures("sqlite_template")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_database_without_room_refuses_plainly_and_does_nothing_by_half(house: House):
    kept = await house.published()
    waiting = await house.item()
    await house.release(waiting.id, ("website", "weibo"))
    before, posts = await rows(house.store), len(house.platform.posts)
    with files_of_at_most(4 * KIB):
        for number in range(3):
            with pytest.raises(StoreFull):
                await house.item(title=f"第{number}条")
        with pytest.raises(StoreFull):
            await house.claim()  # nothing is sent of which no attempt can be written down
        during = await rows(house.store)
        assert house.store.room.is_full
    assert (during, len(house.platform.posts)) == (before, posts)
    assert await house.states(kept.id) == {"website": "live"}
    await house.run_until_quiet()
    assert set((await house.states(waiting.id)).values()) == {"live"}
    assert len(set(house.platform.posts)) == len(house.platform.posts) == posts + 2
    assert await verify_rows(house.store) == ()
