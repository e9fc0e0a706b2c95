"""What feedgen 1.0.0 leaves out or gets wrong, put right by its own extension hook (contract feeds §2)."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from channels.feeds.entries import FeedEntry

ATOM: Final = "http://www.w3.org/2005/Atom"
DC: Final = "http://purl.org/dc/elements/1.1/"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
MEDIA: Final = "http://search.yahoo.com/mrss/"

# feedgen sets the locale of the whole process for each date, which is not safe with threads (row 21). The
# standard library's function gives the same text without asking for a locale.
feedgen.entry.formatRFC2822 = format_datetime
feedgen.feed.formatRFC2822 = format_datetime


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link of a feed as a whole."""

    rel: str
    href: str
    type: str | None = None


class FeedRepair(BaseExtension):  # type: ignore[misc]
    """The parts of a feed that feedgen cannot write; set before the feed is written.

    Links in the head of an archived feed and its mark are RFC 5005, deleted entries RFC 6721.
    """

    links: tuple[FeedLink, ...] = ()
    deleted: tuple[tuple[str, datetime], ...] = ()
    is_archive: bool = False

    def extend_ns(self) -> dict[str, str]:
        """Give prefixes and names."""
        return {"dc": DC, "media": MEDIA, "fh": HISTORY, "at": TOMBSTONES}

    def extend_rss(self, feed: Any) -> Any:
        """Add the links to hub and archives (row 8); RSS has no word for a deleted entry."""
        channel = feed[0]
        for link in self.links:
            self._add(channel, f"{{{ATOM}}}link", link)
        if self.is_archive:
            etree.SubElement(channel, f"{{{HISTORY}}}archive")
        return feed

    def extend_atom(self, feed: Any) -> Any:
        """Add the links to hub and archives, and what was deleted (row 20)."""
        for link in self.links:
            self._add(feed, "link", link)
        if self.is_archive:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        for ref, when in self.deleted:
            etree.SubElement(feed, f"{{{TOMBSTONES}}}deleted-entry", ref=ref, when=when.isoformat())
        return feed

    def _add(self, parent: Any, name: str, link: FeedLink) -> None:
        element = etree.SubElement(parent, name, rel=link.rel, href=link.href)
        if link.type is not None:
            element.set("type", link.type)


class EntryRepair(BaseEntryExtension):  # type: ignore[misc]
    """The parts of an entry that feedgen cannot write; `entry` is set before the feed is written."""

    entry: FeedEntry

    def extend_rss(self, item: Any) -> Any:
        """Add the organ's name, the time of the last change and the thumbnail (rows 14, 15, 17)."""
        etree.SubElement(item, f"{{{DC}}}creator").text = self.entry.by
        if self.entry.language != "zh-CN":  # the feed's own
            etree.SubElement(item, f"{{{DC}}}language").text = self.entry.language
        etree.SubElement(item, f"{{{ATOM}}}updated").text = self.entry.updated.isoformat()
        self._add_thumbnail(item)
        return item

    def extend_atom(self, item: Any) -> Any:
        """Add every link with its attributes: feedgen keeps nothing but the address (row 3)."""
        etree.SubElement(item, "link", rel="alternate", type="text/html", href=self.entry.url)
        if self.entry.language != "zh-CN":
            item.set("{http://www.w3.org/XML/1998/namespace}lang", self.entry.language)
        if self.entry.twin is not None:
            twin = etree.SubElement(item, "link", rel="alternate", type="text/html")
            twin.set("hreflang", self.entry.twin.language)
            twin.set("href", self.entry.twin.url)
        for file in self.entry.files:
            link = etree.SubElement(item, "link", rel="enclosure", type=file.type, href=file.url)
            link.set("length", str(file.size))
            if file.title:
                link.set("title", file.title)
        self._add_thumbnail(item)
        return item

    def _add_thumbnail(self, item: Any) -> None:
        picture = self.entry.thumbnail
        if picture is not None:
            thumbnail = etree.SubElement(item, f"{{{MEDIA}}}thumbnail", url=picture.url)
            thumbnail.set("width", str(picture.width))
            thumbnail.set("height", str(picture.height))
