"""公示期: a notice that has run out is marked, and what it said is nowhere to be read any more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.contract import Channel, Tools
from channels.docroot import FolderRoot
from channels.feeds.channel import Feeds
from channels.item import Account
from channels.website.channel import Website
from server.core.catalogue import read_changes
from server.core.live_site import LiveSite
from server.core.notices import end_notices, show_until
from server.core.problems import Problem
from server.core.release import ReleaseOrder, release
from server.core.shelf import StoreShelf
from server.core.verify import verify_rows
from server.public.site import add_site
from server.store.accounts import AccountRow
from server.store.items import get_item
from server.store.media import MediaRow, put_media
from server.store.notices import Then
from tests.channels.memory_shelf import MemoryMedia
from tests.channels.public_site import NoTokens
from tests.house import SITE, House
from tests.ports import free_port

NAME = "白音宝力格"
"""What must not be read any more; a made-up name."""
LIST = b"%PDF-1.4 the list of names"


@dataclass
class Town:
    """A house whose website and feeds are real, over a folder that is served."""

    house: House
    folder: Path
    media: MemoryMedia

    async def notice(self, on: tuple[str, ...] = ("website", "feed", "weibo", "wechat", "other")) -> str:
        """Publish a notice with a name in its text, its summary and an attached file."""
        house, attached = self.house, self.media.attachment("名单.pdf", LIST)
        async with house.store.begin() as tx:
            row = MediaRow(attached.sha256, "application/pdf", len(LIST), None, None)
            await put_media(tx, row, by=house.author, at=house.now())
        made = await house.item(
            kind="notice", title="拟享受低保人员公示", column="tzgg", document_number=None,
            body_html=f"<p>现将{NAME}等人公示。</p>", summary=f"{NAME}等人", overview=f"{NAME}等人",
            attachments=(attached,), keywords=(NAME,),
        )  # fmt: skip
        await self.released(made.id, on)
        return made.id

    async def released(self, item: str, on: tuple[str, ...]) -> None:
        house = self.house
        examined = replace(await house.examiner.examine(item, at=house.now()), objections=())
        async with house.store.begin() as tx:
            await release(
                tx, ReleaseOrder(item, on), examined=examined, open_channel=house.open_channel,
                calendar=house.calendar, site=house.place.site, by=house.chief, at=house.now(),
                new_id=house.new_id,
            )  # fmt: skip
        await self.at_work()

    async def until(self, item: str, then: Then, **after: float) -> None:
        house = self.house
        async with house.store.begin() as tx:
            seen = await get_item(tx, item)
            await show_until(tx, seen, house.now() + timedelta(**after), then, by=house.chief, at=house.now())

    async def at_work(self) -> None:
        """Let jobs and workers do what is due."""
        await end_notices(self.house.place)
        for _look in range(3):
            await self.house.run_until_quiet()
            self.house.now.move(seconds=15)
        await read_changes(self.house.place)

    async def readable(self) -> dict[str, bytes]:
        """Every plain file a reader can fetch."""
        return await asyncio.to_thread(self._readable)

    def _readable(self) -> dict[str, bytes]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in found
            if path.suffix not in (".gz", ".br")
        }

    async def searched(self) -> str:
        async with self.house.store.read() as tx:
            rows = await tx.exec_driver_sql("SELECT text FROM catalogue_lines")
            return " ".join(row[0] for row in rows)


@pytest.fixture
async def town(house: House, tmp_path: Path) -> AsyncIterator[Town]:
    folder, media, port = tmp_path / "site", MemoryMedia(), free_port()
    site = replace(SITE, url=f"http://127.0.0.1:{port}")
    root, app = FolderRoot(folder), web.Application()
    add_site(app, folder)

    def opened(kind: Any) -> Any:
        def open_one(row: AccountRow) -> Channel:
            tools = Tools(house.http, root, site, StoreShelf(house.store, site, row.id), media, NoTokens())
            account = Account(row.id, row.channel, row.slug, row.name, row.org, row.settings, {})
            made: Channel = kind.open(account, tools)
            return made

        return open_one

    house.real |= {"website": opened(Website), "feed": opened(Feeds)}
    limits = {**house.place.limits, "website": Website.limits, "feed": Feeds.limits}
    house.place = replace(house.place, sites=LiveSite(site), limits=limits)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(TestServer(app, port=port))
        yield Town(house, folder, media)


async def test_what_a_notice_said_is_nowhere_to_be_read_once_it_has_run_out(town: Town):
    item = await town.notice()
    assert (await town.house.states(item))["website"] == "live"
    before = await town.readable()
    assert {name.split("/")[0] for name, body in before.items() if NAME.encode() in body} >= {"a", "feed"}
    assert LIST in before.values()
    assert NAME in await town.searched()
    await town.until(item, "remove", days=7)
    await town.at_work()
    assert LIST in (await town.readable()).values()  # not before its time
    town.house.now.move(days=7)
    await town.at_work()
    after = await town.readable()
    assert [name for name, body in after.items() if NAME.encode() in body] == []
    assert LIST not in after.values()
    assert NAME not in await town.searched()
    page = after[f"a/{item}.html"].decode()
    assert "拟享受低保人员公示" in page
    assert "公示期已满" in page
    assert f"a/{item}.html" in "".join(body.decode() for name, body in after.items() if name.endswith(".rss"))


async def test_posts_on_platforms_are_taken_down_and_papers_are_left_to_a_person(town: Town):
    item = await town.notice(("website", "weibo", "wechat"))
    await town.until(item, "remove", days=7)
    town.house.now.move(days=7)
    await town.at_work()
    assert await town.house.states(item) == {"website": "live", "weibo": "withdrawn", "wechat": "withdrawn"}
    assert await verify_rows(town.house.store) == ()


async def test_a_post_whose_answer_was_lost_when_the_notice_ended_comes_down_once_it_is_found(town: Town):
    town.house.platform.next_call("drop_after")
    item = await town.notice(("website", "weibo"))
    assert (await town.house.states(item))["weibo"] == "unknown"
    await town.until(item, "remove", seconds=1)
    town.house.now.move(seconds=1)
    await end_notices(town.house.place)
    assert (await town.house.states(item))["weibo"] == "unknown"
    town.house.now.move(minutes=2)
    for _round in range(2):  # it is found, and taken down
        await town.at_work()
    assert (await town.house.states(item))["weibo"] == "withdrawn"


async def test_a_notice_that_is_kept_is_marked_and_keeps_its_text(town: Town):
    item = await town.notice(("website", "feed", "weibo"))
    await town.until(item, "keep", days=7)
    town.house.now.move(days=7)
    await town.at_work()
    page = (await town.readable())[f"a/{item}.html"].decode()
    assert ("公示期已满" in page, NAME in page) == (True, True)
    assert (await town.house.states(item))["weibo"] == "live"


async def test_a_notice_ends_once_and_a_second_look_changes_nothing(town: Town):
    item = await town.notice(("website",))
    await town.until(item, "remove", days=7)
    town.house.now.move(days=7)
    assert (await end_notices(town.house.place), await end_notices(town.house.place)) == (1, 0)
    await town.at_work()
    before = await town.readable()
    await town.at_work()
    assert await town.readable() == before


async def test_a_later_version_of_a_notice_that_has_run_out_shows_nothing_either(town: Town):
    item = await town.notice(("website",))
    await town.until(item, "remove", days=7)
    town.house.now.move(days=7)
    await town.at_work()
    await town.house.corrected(
        item, kind="notice", column="tzgg", document_number=None, body_html=f"<p>{NAME}</p>"
    )
    await town.released(item, ("website",))
    assert [name for name, body in (await town.readable()).items() if NAME.encode() in body] == []


async def test_only_notices_end_and_only_in_the_future(town: Town):
    item = await town.notice(("website",))
    with pytest.raises(Problem, match="应在将来结束"):
        await town.until(item, "remove", days=-1)
    news = await town.house.item(kind="news", document_number=None)
    with pytest.raises(Problem, match="只有“公告”类"):
        await town.until(news.id, "keep", days=1)
    await town.until(item, "remove", days=1)
    town.house.now.move(days=1)
    await town.at_work()
    with pytest.raises(Problem, match="已经撤下"):
        await town.until(item, "keep", days=1)
