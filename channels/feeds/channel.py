"""Feeds as a channel: the newest entries of the site, of a column and of an organ, in three formats."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, Self

from channels.addresses import Addresses, feed_path, list_keys
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
    Sighting,
    Tools,
    Withdrawal,
    Withdrawn,
)
from channels.feeds.lists import FeedLists
from channels.hosts import host_of
from channels.item import Account, Content

NO_ROOM: Final = "订阅源写入失败，请检查磁盘空间和目录权限"
_AGAIN: Final = 60.0


class Feeds:
    """The feeds of one account, standing in the document root of the website."""

    kind: ClassVar[str] = "feed"
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
        """Take the site, its document root and what stands in its lists."""
        self._tools, self._addresses = tools, Addresses(tools.site)
        self._lists = FeedLists(tools.root, tools.shelf, tools.site)

    @classmethod
    def open(cls, _account: Account, tools: Tools, /) -> Self:
        """Make the channel of an account; the site itself is all it needs."""
        return cls(tools)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where the pages of the site stand."""
        return (host_of(self._tools.site.url),)

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what of the content a feed cannot carry."""
        if one_line(content.title):
            return ()
        return (Finding("title_missing", "title", "标题是空的", blocks=True),)

    def render(self, content: Content, /) -> Post:
        """Give the entry's id as its mark; the entry itself is written with its list."""
        return Post(
            mark=self._addresses.entry_id(content.item_id),
            title=one_line(content.title),
            text=one_line(content.summary),
            html="",
            pictures=content.pictures,
            attachments=content.attachments,
            content=content,
        )

    async def publish(self, post: Post, _journal: Journal, /, *, at: datetime) -> Outcome:
        """Write the feeds in which the content stands."""
        try:
            await self._write(post)
        except OSError:
            return NotAccepted(_AGAIN, NO_ROOM)
        return self._receipt(post, live_at=at)

    async def confirm(self, receipt: Receipt, _post: Post, /, *, at: datetime) -> Outcome:
        """Say live: a feed is, once its file stands."""
        return Receipt(receipt.platform_id, receipt.link, receipt.live_at or at)

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:  # noqa: ARG002
        """Look for the entry's id in each of its feeds; an older version counts as absent.

        So does an entry that newer ones have pushed out. Writing once more is harmless.
        """
        try:
            async with self._tools.root.turn():
                held = [await self._versions(key) for key in list_keys(post.content)]
        except OSError:
            return CouldNotLook("订阅源读取失败")
        if all(versions.get(post.mark) == post.content.content_hash for versions in held):
            return self._receipt(post, live_at=since)
        return Absent()

    async def withdraw(self, _receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:  # noqa: ARG002
        """Write the feeds without the entry."""
        try:
            await self._write(post)
        except OSError:
            return NotAccepted(_AGAIN, NO_ROOM)
        return Withdrawn()

    async def refresh(self, post: Post, /) -> None:
        """Write the feeds anew."""
        await self._write(post)

    async def count_parts(self, key: str, /) -> int | None:
        """Give the number of a list's archives."""
        return await self._lists.count_parts(key)

    async def renew_list(self, key: str, number: int | None, content: Content, /) -> None:
        """Write a list's feed or one of its archives again."""
        async with self._tools.root.turn():
            await self._lists.renew(key, number, content)

    async def renew_frame(self) -> None:
        """Write the file of all feeds again, once there is one."""
        async with self._tools.root.turn():
            await self._lists.renew_offers()

    async def leave(self, _folder: str, merged: str | None, /) -> None:
        """Take away the feeds of a merged column; one that has only moved keeps its feeds where they are."""
        if merged is not None:
            async with self._tools.root.turn():
                await self._lists.leave(f"column/{merged}")

    async def _write(self, post: Post) -> None:
        """Write every feed the entry stands in, and those it stood in before its column or topic changed."""
        keys = dict.fromkeys(
            (*await self._tools.shelf.keys_of(post.content.item_id), *list_keys(post.content))
        )
        async with self._tools.root.turn():
            for key in keys:
                await self._lists.write(key, post.content)

    async def _versions(self, key: str) -> dict[str, str]:
        """Give the ids in a list's feed, each with the version of its article."""
        document = await self._tools.root.read(feed_path(key, "json"))
        try:
            return {item["id"]: item["_tongfa"]["content"] for item in json.loads(document or b"")["items"]}
        except (ValueError, KeyError, TypeError):  # none, or not ours: it is about to be written anew
            return {}

    def _receipt(self, post: Post, *, live_at: datetime | None) -> Receipt:
        link = self._addresses.url(feed_path(f"column/{post.content.column.slug}", "rss"))
        return Receipt(post.mark, link, live_at)
