"""What feedgen 1.0.0 leaves out or gets wrong, put right through its own extension hook (CONTRACT.md §2)."""

from email.utils import format_datetime
from typing import Any, Final

import feedgen.entry
import feedgen.feed
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from channels.feeds.entries import FeedEntry

ATOM: Final = "http://www.w3.org/2005/Atom"
DC: Final = "http://purl.org/dc/elements/1.1/"
MEDIA: Final = "http://search.yahoo.com/mrss/"

# feedgen sets the locale of the whole process for each date, which is not safe with threads (row 21). The
# standard library's function gives the same text without asking for a locale.
feedgen.entry.formatRFC2822 = format_datetime
feedgen.feed.formatRFC2822 = format_datetime


class FeedRepair(BaseExtension):  # type: ignore[misc]
    """The names that the entries below use."""

    def extend_ns(self) -> dict[str, str]:
        """Give prefixes and names."""
        return {"dc": DC, "media": MEDIA}


class EntryRepair(BaseEntryExtension):  # type: ignore[misc]
    """The parts of an entry that feedgen cannot write; `entry` is set before the feed is written."""

    entry: FeedEntry

    def extend_rss(self, item: Any) -> Any:
        """Add the organ's name, the time of the last change and the thumbnail (rows 14, 15, 17)."""
        etree.SubElement(item, f"{{{DC}}}creator").text = self.entry.by
        etree.SubElement(item, f"{{{ATOM}}}updated").text = self.entry.updated.isoformat()
        self._add_thumbnail(item)
        return item

    def extend_atom(self, item: Any) -> Any:
        """Add every link with its attributes: feedgen keeps nothing but the address (row 3)."""
        etree.SubElement(item, "link", rel="alternate", type="text/html", href=self.entry.url)
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
