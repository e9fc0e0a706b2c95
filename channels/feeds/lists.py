"""The feeds of a document root: of each list the newest entries and the archives before them, and OPML."""

import asyncio
from dataclasses import replace
from typing import Final

from channels.addresses import FEED_TYPES, HUB, OPML, Addresses, archive_path, feed_path, list_keys, topic_key
from channels.contract import DocRoot, Shelf
from channels.feeds.archives import ArchiveNote, archive_file, archive_note
from channels.feeds.document import NEWEST, FeedDocument, count_archives, feed_document
from channels.feeds.formats import write_feed
from channels.feeds.opml import Offer, feed_mark, write_opml
from channels.item import KIND_NAMES, Content, Entry, Site

TOMBSTONES: Final = 20
"""So many of those withdrawn last a feed remembers; a number and no time, for a feed knows no clock."""
_GROUPS: Final = {"column": "栏目", "org": "机构", "kind": "种类", "topic": "主题"}


class FeedLists:
    """The feeds in a document root; to be used in a turn of the root."""

    def __init__(self, root: DocRoot, shelf: Shelf, site: Site) -> None:
        """Take where feeds go and what stands in them."""
        self._root, self._shelf, self._site = root, shelf, site
        self._addresses = Addresses(site)

    async def write(self, key: str, content: Content) -> None:
        """Write the feed of a list, and the archive in which a content has its place or which it completes.

        Another version of an archive is made for an entry of its own alone: publishing touches none but the
        one it fills up.
        """
        archives = count_archives(await self._shelf.last_ordinal(key))
        entries = await self._shelf.newest(key, NEWEST)
        name = self._name(key, entries, content)
        await self._write_newest(key, name, entries, archives)
        await self._write_archives(key, name, content.item_id, archives)
        mark = feed_mark(key, self._addresses)
        if bool(entries) != (mark in (await self._root.read(OPML) or b"")):
            await self._write_opml()

    async def count_parts(self, key: str) -> int:
        """Give the number of a list's archives."""
        return count_archives(await self._shelf.last_ordinal(key))

    async def renew(self, key: str, number: int | None, content: Content) -> None:
        """Write the feed of a list or one of its archives again; `content` stood in it."""
        archives = await self.count_parts(key)
        entries = await self._shelf.newest(key, NEWEST)
        name = self._name(key, entries, content)
        if number is None:
            await self._write_newest(key, name, entries, archives)
            await self._drop_beyond(key, archives)
        else:
            await self._write_archive(key, name, number)

    async def renew_offers(self) -> None:
        """Write the file of all feeds again, once there is one; what stands in no feed any more has none."""
        for column in self._site.columns:
            key = f"column/{column.slug}"
            if not await self._shelf.last_ordinal(key) and await self._root.holds(feed_path(key, "rss")):
                await self.leave(key)
        if await self._root.read(OPML) is not None:
            await self._write_opml()

    async def leave(self, key: str) -> None:
        """Take away the feeds of a list that is no more."""
        for form in FEED_TYPES:
            await self._root.remove(feed_path(key, form))
        await self._drop_beyond(key, 0)

    async def _drop_beyond(self, key: str, archives: int) -> None:
        """Take away the archives that a list had when it was longer."""
        last = archives
        while await self._root.holds(archive_note(key, last + 1)):
            last += 1
        for number in range(last, archives, -1):  # the first last: a repetition after a crash counts from it
            for path in sorted(ArchiveNote.read(await self._root.read(archive_note(key, number))).every):
                await self._root.remove(path)
            await self._root.remove(archive_note(key, number))

    async def _write_newest(self, key: str, name: str, entries: tuple[Entry, ...], archives: int) -> None:
        gone = await self._shelf.gone(key, TOMBSTONES)
        hub = self._addresses.url(HUB) if self._site.has_hub else None
        # Building and compressing take many milliseconds; the event loop has other things to do.
        document = await asyncio.to_thread(
            feed_document, key, name, self._site, entries, gone=gone, archives=archives, hub=hub
        )
        await self._put(document)

    async def _write_archives(self, key: str, name: str, item_id: str, archives: int) -> None:
        ordinal = await self._shelf.ordinal_of(key, item_id)
        own = 0 if ordinal is None else (ordinal - 1) // NEWEST + 1
        numbers = {own} if 0 < own <= archives else set()
        for number in range(archives, 0, -1):
            if await self._root.holds(archive_note(key, number)):
                break
            numbers.add(number)
        for number in sorted(numbers):
            await self._write_archive(key, name, number)

    async def _write_archive(self, key: str, name: str, number: int) -> None:
        """Write an archive, and take its former version away; the note knows of both until that is done."""
        first = (number - 1) * NEWEST + 1
        entries = await self._shelf.span(key, first, first + NEWEST - 1)
        document = await asyncio.to_thread(feed_document, key, name, self._site, entries, number=number)
        now: dict[str, str] = {}
        files: dict[str, bytes] = {}
        for form in FEED_TYPES:
            now[form], body = await asyncio.to_thread(archive_file, document, form, self._addresses)
            files[now[form]] = body
        place = archive_note(key, number)
        before = ArchiveNote.read(await self._root.read(place))
        if before.every != files.keys():
            both = ArchiveNote(before.now, tuple(sorted(before.every.union(files))))
            await self._root.put(place, both.written())
        for path, body in files.items():
            await self._root.put(path, body)
        former = before.every - files.keys()
        if former:  # whoever asks from now on is sent to what stays
            await self._root.put(place, ArchiveNote(now, tuple(sorted(former))).written())
        for path in sorted(former):
            await self._root.remove(path)
        await self._root.put(place, ArchiveNote(now).written())
        for form in FEED_TYPES:  # where it stood before archives had versions: it would be given out still
            if await self._root.holds(archive_path(key, number, form)):
                await self._root.remove(archive_path(key, number, form))

    async def _put(self, document: FeedDocument) -> None:
        for form in FEED_TYPES:  # JSON is last: what it holds, the others hold
            body = await asyncio.to_thread(write_feed, document, form, self._addresses)
            await self._root.put(document.path(form), body, lasting=False)

    async def _write_opml(self) -> None:
        """Write the file of all feeds that have an entry: when one gets its first or loses its last."""
        groups = {group: await self._offers(room) for room, group in _GROUPS.items()}
        await self._root.put(OPML, write_opml(self._site, groups))

    async def _offers(self, room: str) -> tuple[Offer, ...]:
        """Give the feeds of a kind of list; columns in their order, lower ones below the one above."""
        offers = {}
        for key in await self._shelf.lists(f"{room}/"):
            entries = await self._shelf.newest(key, 1)
            if entries and await self._root.read(feed_path(key, "rss")) is not None:
                offers[key] = Offer(key, self._name(key, entries, entries[0].content))
        for column in self._site.columns:
            own, above = offers.pop(f"column/{column.slug}", None), offers.get(f"column/{column.parent}")
            if own is not None and above is not None:
                offers[above.key] = replace(above, below=(*above.below, own))
            elif own is not None:
                offers[own.key] = own
        return tuple(offers.values())

    def _name(self, key: str, entries: tuple[Entry, ...], content: Content) -> str:
        """Give a list's name; a content that has left the list does not know it, its entries do."""
        named = next((e.content for e in entries if key in list_keys(e.content)), content)
        columns = {f"column/{c.slug}": c.name for c in (*self._site.columns, named.column)}
        names = {
            **columns,
            f"org/{named.org.code}": named.org.name,
            f"kind/{named.kind}": KIND_NAMES[named.kind],
        }
        topic = named.disclosure.topic
        if topic is not None and key == topic_key(topic):
            return topic
        return names.get(key, self._site.name)
