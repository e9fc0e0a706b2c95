"""The website as a channel: pages and lists written to the document root when something is published."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import ClassVar, Final, Self

from yarl import URL

from channels.addresses import FEED_TYPES, Addresses, feed_path, gone_path, page_keys
from channels.characters import one_line
from channels.contract import (
    Absent,
    CouldNotLook,
    Finding,
    Journal,
    Limits,
    NotAccepted,
    Outcome,
    Post,
    Receipt,
    Refused,
    Sighting,
    Tools,
    Withdrawal,
    Withdrawn,
)
from channels.hosts import host_of
from channels.item import Account, Content
from channels.transport import Answer
from channels.website.frame import FRAME, frame_files
from channels.website.lists import Lists
from channels.website.marks import PageMarks, read_marks
from channels.website.media import MediaFiles, media_paths
from channels.website.pages import Pages, draw_qr
from channels.website.sitemap import Sitemap

NO_ROOM: Final = "网站目录写入失败，请检查磁盘空间和目录权限"
_AGAIN: Final = 60.0  # seconds; a full disk is emptied by a person


class Website:
    """The public site of one account. Every write can be repeated: the same post gives the same files."""

    kind: ClassVar[str] = "website"
    limits: ClassVar[Limits] = Limits(
        title=None,
        text=None,
        pictures=None,
        picture_bytes=None,
        calls_a_day=None,
        settle_after=1.0,
        settle_after_loss=1.0,
        confirm_after=(),
        concurrency=4,
    )

    def __init__(self, tools: Tools) -> None:
        """Take the site, its document root and what stands on it."""
        self._tools = tools
        self._addresses, self._pages = Addresses(tools.site), Pages(tools.site)
        self._lists = Lists(tools.root, tools.shelf, self._pages, self._addresses)
        self._media = MediaFiles(tools.root, tools.media)
        self._sitemap = Sitemap(tools.root, tools.shelf, self._lists, self._addresses)

    @classmethod
    def open(cls, _account: Account, tools: Tools, /) -> Self:
        """Make the channel of an account; the site itself is all it needs."""
        return cls(tools)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where the pages of the site stand."""
        return (host_of(self._tools.site.url),)

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what of the content a page cannot carry."""
        findings = []
        if not one_line(content.title):
            findings.append(Finding("title_missing", "title", "标题是空的", blocks=True))
        if not content.url.startswith(f"{self._tools.site.url}/"):
            findings.append(Finding("foreign_address", "url", "永久链接不在本站", blocks=True))
        if content.disclosure.openness != "open":
            findings.append(
                Finding("not_open", "disclosure.openness", "只有主动公开的稿件可以上网", blocks=True)
            )
        return tuple(findings)

    def render(self, content: Content, /) -> Post:
        """Give the whole page."""
        return Post(
            mark=content.url,
            title=one_line(content.title),
            text=one_line(content.summary),
            html=self._pages.article(content),
            pictures=content.pictures,
            attachments=content.attachments,
            content=content,
        )

    async def publish(self, post: Post, _journal: Journal, /, *, at: datetime) -> Outcome:  # noqa: ARG002
        """Write files, page and lists, in this order: nothing is linked before it can be opened."""
        try:
            async with self._tools.root.turn():
                if (await self._read_page(post)).is_newer(post.mark, post.content):
                    return NotAccepted(_AGAIN, "网站上已经是更新的版本")
                await self._write_frame(post.content)
                await self._media.place(post.content)
                await self._leave_old_places(post)
                await self._write_page(post)
        except KeyError:
            return await self._refuse(post.content)
        except OSError:
            return NotAccepted(_AGAIN, NO_ROOM)
        return self._receipt(post, live_at=None)

    async def confirm(self, receipt: Receipt, post: Post, /, *, at: datetime) -> Outcome:
        """Fetch the public address: the page is live when it answers with this version."""
        # `no-cache` asks every cache on the way for the page as it is now.
        answer = await self._tools.http.send("GET", URL(post.mark), headers={"Cache-Control": "no-cache"})
        match answer:
            case Answer(status=200, body=body) if read_marks(body).is_of(post.mark, post.content):
                return Receipt(receipt.platform_id, post.mark, at)
            case _:
                return receipt

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:  # noqa: ARG002
        """Read the page back by its mark; one whose lists were not written any more counts as absent."""
        try:
            async with self._tools.root.turn():
                page = await self._read_page(post)
                is_whole = page.is_of(post.mark, post.content) and await self._lists.carry(
                    page_keys(post.content), post.content
                )
        except OSError:
            return CouldNotLook("网站目录读取失败")
        return self._receipt(post, live_at=None) if is_whole else Absent()

    async def withdraw(self, _receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        """Put the notice in the page's place, take its files away, write its lists without it.

        A later version that stands there by now has taken the place already, and stays.
        """
        path = self._addresses.path_of(post.mark)
        try:
            async with self._tools.root.turn():
                page = await self._read_page(post)
                if page.is_newer(post.mark, post.content):
                    return Withdrawn()
                await self._tools.root.put(
                    gone_path(path), self._pages.gone(post.content, reason, at).encode()
                )
                await self._tools.root.remove(path)
                await self._media.release(post.content.item_id, media_paths(post.content).union(page.media))
                await self._lists.write(_together(page.lists, page_keys(post.content)), post.content)
                await self._sitemap.write(post.content.item_id)
        except OSError:
            return NotAccepted(_AGAIN, NO_ROOM)
        return Withdrawn()

    async def refresh(self, post: Post, /) -> None:
        """Write the page anew, unless a newer version or a notice stands there by now.

        An older version that came late is replaced, and so are its lines in the lists. A page or a file of
        it that somebody else took away or overwrote comes back.
        """
        path = self._addresses.path_of(post.mark)
        async with self._tools.root.turn():
            page = await self._read_page(post)
            is_lost = page.mark != post.mark and not await self._tools.root.holds(gone_path(path))
            if page.is_of(post.mark, post.content):
                with suppress(KeyError):  # a file that is in store no longer must not hold the page up
                    await self._media.place(post.content)
                await self._tools.root.put(path, post.html.encode())
            elif is_lost or page.is_older(post.mark, post.content):
                await self._media.place(post.content)
                await self._leave_old_places(post)
                await self._write_page(post)

    async def renew_notice(self, post: Post, /, *, reason: str, at: datetime) -> None:
        """Write the notice of a withdrawn page again: its successor is live by now, or no longer."""
        path = gone_path(self._addresses.path_of(post.mark))
        async with self._tools.root.turn():
            if await self._tools.root.read(path) is not None:  # else the page has come back
                await self._tools.root.put(path, self._pages.gone(post.content, reason, at).encode())

    async def count_parts(self, key: str, /) -> int | None:
        """Give the number of a list's numbered pages; None for a list that is a feed alone."""
        return await self._lists.count_parts(key)

    async def renew_list(self, key: str, number: int | None, content: Content, /) -> None:
        """Write one page of a list again."""
        async with self._tools.root.turn():
            await self._lists.renew(key, number, content)

    async def renew_frame(self) -> None:
        """Write what every page leans on; with it a site begins, before its first item."""
        root, site = self._tools.root, self._tools.site
        async with root.turn():
            for path, body in frame_files(site).items():
                if await root.read(path) != body:
                    await root.put(path, body)
            await self._lists.renew_fronts(site.columns)
            await self._write_offers()

    async def leave(self, folder: str, _merged: str | None, /) -> None:
        """Take away the pages of a column that stands elsewhere now: its old address leads on."""
        async with self._tools.root.turn():
            await self._lists.leave(f"column/{folder}")

    async def _write_frame(self, content: Content) -> None:
        """Write what every page leans on; its last file tells that all of it stands already."""
        root, site = self._tools.root, self._tools.site
        files = frame_files(site)
        if await root.read(FRAME) != files[FRAME]:
            for path, body in files.items():
                await root.put(path, body)
        await self._lists.write_empty(site.columns, content.org)

    async def _write_offers(self) -> None:
        """Write the page that offers the feeds: those of the columns that have entries."""
        root, site = self._tools.root, self._tools.site
        filled = [c for c in site.columns if await self._tools.shelf.last_ordinal(f"column/{c.slug}")]
        named = (("site", "全站"), *((f"column/{c.slug}", site.column_path(c)) for c in filled))
        offers = tuple(
            (name, tuple((form, self._addresses.url(feed_path(key, form))) for form in FEED_TYPES))
            for key, name in named
        )
        page = self._pages.render(
            "subscribe.html",
            path="subscribe.html",
            alternates=(("site", site.name),),
            offers=offers,
            front=draw_qr(self._addresses.url("index.html")),
            newest=draw_qr(self._addresses.url(feed_path("site", "rss"))),
        )
        await root.put("subscribe.html", page.encode())

    async def _refuse(self, content: Content) -> Outcome:
        """Refuse for want of a file; the lists are written all the same, they have given out a place."""
        try:
            async with self._tools.root.turn():
                await self._lists.write(page_keys(content), content)
                await self._sitemap.write(content.item_id)
        except OSError:
            return NotAccepted(_AGAIN, NO_ROOM)
        return Refused("有图片或附件在库中找不到，请重新上传", "editor", "media_missing")

    async def _leave_old_places(self, post: Post) -> None:
        """Take a corrected item out of the lists and files that only its former version used.

        Before the page itself is replaced: it is the only place where they are written down.
        """
        page = await self._read_page(post)
        await self._media.release(post.content.item_id, frozenset(page.media) - media_paths(post.content))
        left = tuple(key for key in page.lists if key not in page_keys(post.content))
        await self._lists.write(left, post.content)

    async def _write_page(self, post: Post) -> None:
        path = self._addresses.path_of(post.mark)
        await self._tools.root.put(path, post.html.encode())
        await self._tools.root.remove(gone_path(path))
        await self._lists.write(page_keys(post.content), post.content)
        await self._sitemap.write(post.content.item_id)
        await self._write_offers()

    async def _read_page(self, post: Post) -> PageMarks:
        page = await self._tools.root.read(self._addresses.path_of(post.mark))
        return read_marks(page or b"")

    def _receipt(self, post: Post, *, live_at: datetime | None) -> Receipt:
        return Receipt(self._addresses.path_of(post.mark), post.mark, live_at)


def _together(*keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for some in keys for key in some))
