"""A website and its feeds over a real folder, served by the real server on a free port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession, web

from channels.contract import Outcome, Post, Receipt, RefreshTurn, Tools, Withdrawal
from channels.docroot import FolderRoot
from channels.feeds.channel import Feeds
from channels.item import Account, Content
from channels.transport import Transport
from channels.website.channel import Website
from server.public.site import add_site
from tests.channels.memory_shelf import ORG, START, MemoryMedia, MemoryShelf, a_content, a_site
from tests.ports import free_port


class NoTokens:
    """The token keeper of channels that need no token."""

    async def get(self, account_id: str, /) -> str | None:
        return None

    async def put(self, account_id: str, token: str, seconds: float, /) -> None:
        raise AssertionError(account_id)

    async def drop(self, account_id: str, token: str, /) -> None:
        raise AssertionError(account_id)

    def refreshing(self, account_id: str, /) -> RefreshTurn:
        raise AssertionError(account_id)


class NoJournal:
    """The journal of channels that leave no notes."""

    async def note(self, step: str, value: str, /) -> None:
        raise AssertionError(step)


@dataclass
class PublicSite:
    """What a test of the website and its feeds works with."""

    folder: Path
    tools: Tools
    shelf: MemoryShelf
    media: MemoryMedia
    website: Website
    feeds: Feeds
    session: ClientSession

    def content(self, item_id: str = "i1", **changes: object) -> Content:
        """Give a content whose page belongs to this site."""
        return a_content(item_id, url=f"{self.tools.site.url}/a/{item_id}.html", **changes)

    def place(self, item_id: str = "i1", *, is_live: bool = True, **changes: object) -> Content:
        """Give a content that has its place in the lists."""
        return self.shelf.place(self.content(item_id, **changes), is_live=is_live)

    def fill(self, count: int) -> None:
        """Put so many live contents on the lists without writing their pages."""
        self.shelf.fill(count)
        for item_id, content in self.shelf.contents.items():
            self.shelf.contents[item_id] = replace(content, url=f"{self.tools.site.url}/a/{item_id}.html")

    async def publish(self, content: Content, at: datetime = START) -> Outcome:
        """Publish to the website."""
        return await self.website.publish(self.website.render(content), NoJournal(), at=at)

    async def publish_feeds(self, content: Content, at: datetime = START) -> Outcome:
        """Publish to the feeds."""
        return await self.feeds.publish(self.feeds.render(content), NoJournal(), at=at)

    async def withdraw(self, content: Content, reason: str = "内容有误", at: datetime = START) -> Withdrawal:
        """Withdraw from the website, as the core does: the shelf leaves it out already."""
        self.shelf.withdraw(content.item_id, at)
        return await self.website.withdraw(
            Receipt("", None, START), self.website.render(content), reason=reason, at=at
        )

    async def text(self, path: str) -> str:
        """Give a file of the document root, "" when there is none."""
        return (await self.tools.root.read(path) or b"").decode()

    async def files(self) -> dict[str, tuple[int, int]]:
        """Give every file of the document root with its time stamp and inode."""
        return await asyncio.to_thread(self._files)

    def _files(self) -> dict[str, tuple[int, int]]:
        found = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(p.relative_to(self.folder)): (p.stat().st_mtime_ns, p.stat().st_ino) for p in found}


@asynccontextmanager
async def a_public_site(folder: Path) -> AsyncIterator[PublicSite]:
    """Serve a document root in this folder for as long as the block lasts."""
    port = free_port()
    shelf, media, app = MemoryShelf(), MemoryMedia(), web.Application()
    add_site(app, folder)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with ClientSession() as session:
        site, http = a_site(f"http://127.0.0.1:{port}"), Transport(session, seconds=5)
        tools = Tools(http, FolderRoot(folder), site, shelf, media, NoTokens())
        website = Website.open(an_account("website"), tools)
        feeds = Feeds.open(an_account("feed"), tools)
        yield PublicSite(folder, tools, shelf, media, website, feeds, session)
    await runner.cleanup()


def an_account(channel: str) -> Account:
    """Give an account without settings."""
    return Account(channel, channel, channel, "账号", ORG, {}, {})


def receipt_of(outcome: object) -> Receipt:
    """Give the receipt that an outcome must be."""
    assert isinstance(outcome, Receipt)
    return outcome


def live(post: Post) -> Receipt:
    """Give the receipt of a post whose platform id nobody remembers."""
    return Receipt("", None, START)
