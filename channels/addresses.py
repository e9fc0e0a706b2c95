"""Addresses of the public site: pages, lists, media files and feeds, as paths in the document root.

Website and feeds both lean on this page, so that a feed never names a file which the website does not write.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal
from urllib.parse import urlencode

from yarl import URL

from channels.item import Attachment, Content, Picture, Site

FeedFormat = Literal["rss", "atom", "json"]
FEED_TYPES: Final[dict[FeedFormat, str]] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
FEED_ICON: Final = "feed/icon.png"
"""The mark of the site as readers show it beside its feeds, square and large; these keep their addresses."""

FEED_FAVICON: Final = "feed/favicon.png"
FEED_LOGO: Final = "feed/logo.png"  # twice as wide as high
FEED_IMAGE: Final = "feed/image.png"
FEED_IMAGE_SIZE: Final = 144  # as wide as RSS allows

_ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}
# Endings that no browser runs as a page of our origin; everything else becomes `bin`.
_SAFE: Final = frozenset(
    [
        *("pdf", "ofd", "doc", "docx", "wps", "xls", "xlsx", "et", "ppt", "pptx", "dps", "txt", "csv", "zip"),
        *("rar", "7z", "jpg", "jpeg", "png", "gif", "webp", "mp3", "mp4"),
    ]
)
_FEED: Final = re.compile(r"feed/(?:site|(?:column|org|kind|topic)/[\w-]{1,80})\.(rss|atom|json)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one site."""

    site: Site

    @property
    def base(self) -> str:
        """Give what stands before every path in a link within the site: "" or "/folder"."""
        return URL(self.site.url).path.rstrip("/")

    def url(self, path: str) -> str:
        """Give the absolute address of a path; a folder's page goes by the folder's name."""
        return f"{self.site.url}/{path.removesuffix('index.html')}"

    def link(self, path: str) -> str:
        """Give the address of a path for a link within the site."""
        return f"{self.base}/{path.removesuffix('index.html')}"

    def path_of(self, mark: str) -> str:
        """Give the path of a page's permanent link; raises ValueError for one that is not of this site."""
        front = f"{self.site.url}/"
        if not mark.startswith(front):
            raise ValueError(f"{mark!r} is not a page of {self.site.url}")
        return mark.removeprefix(front)

    def list_path(self, key: str) -> str:
        """Give the page with the newest entries of a list."""
        return "index.html" if key == "site" else f"{self._folder(key)}/index.html"

    def numbered_path(self, key: str, number: int) -> str:
        """Give a numbered page of a list; 1 holds the oldest entries."""
        return f"p{number}.html" if key == "site" else f"{self._folder(key)}/p{number}.html"

    def list_home(self, key: str, name: str) -> str:
        """Give the page where a person sees what a list holds: its own, or the catalogue narrowed to it."""
        room, _, rest = key.partition("/")
        if key.startswith("search?"):
            return key
        if room == "kind":
            return f"catalogue?{urlencode({'kind': rest})}"
        return f"catalogue?{urlencode({'topic': name})}" if room == "topic" else self.list_path(key)

    def _folder(self, key: str) -> str:
        """Give the folder of a list: its key, but for a column whose page has moved."""
        room, _, slug = key.partition("/")
        column = self.site.column(slug) if room == "column" else None
        return key if column is None or column.slug != slug else f"column/{column.folder}"

    def entry_id(self, item_id: str) -> str:
        """Give the id of an item in every feed: it outlives title, column and host (contract feeds §1.2)."""
        return f"tag:{self.site.domain},{self.site.since}:article/{item_id}"

    def feed_id(self, key: str) -> str:
        """Give the id of a feed."""
        return f"tag:{self.site.domain},{self.site.since}:feed/{key}"


def page_keys(content: Content) -> tuple[str, ...]:
    """Give the lists that are pages: the site's, its column's, that of the column above, its organ's."""
    column = content.column
    above = (f"column/{column.parent}",) if column.parent else ()
    return ("site", f"column/{column.slug}", *above, f"org/{content.org.code}")


def list_keys(content: Content) -> tuple[str, ...]:
    """Give every list a content stands in: those with pages, its kind's and its topic's, which are feeds."""
    topic = (topic_key(content.disclosure.topic),) if content.disclosure.topic else ()
    return (*page_keys(content), f"kind/{content.kind}", *topic)


def topic_key(topic: str) -> str:
    """Give the list of a topic; a topic is free text, so its list goes by a digest that fits a path."""
    return f"topic/{hashlib.sha256(topic.encode()).hexdigest()[:12]}"


def feed_path(key: str, form: FeedFormat) -> str:
    """Give the path of a list's feed."""
    return f"feed/{key}.{form}"


def archive_path(key: str, number: int, form: FeedFormat) -> str:
    """Give the path that leads to an archive of a list's feed as it is now; 1 holds the oldest entries."""
    return f"feed/{key}/{number}.{form}"


def feed_form(path: str) -> FeedFormat | None:
    """Give the format of the feed that one subscribes to at a path; None for an archive and anything else."""
    found = _FEED.fullmatch(path)
    return next((form for form in FEED_TYPES if found is not None and form == found[1]), None)


OPML: Final = "feed/all.opml"
HUB: Final = "hub"
"""Where the hub takes requests."""


def page_path(item_id: str) -> str:
    """Give the path of an item's page."""
    return f"a/{item_id}.html"


def gone_path(page: str) -> str:
    """Give the path of the notice that answers 410 in place of a withdrawn page."""
    return page.removesuffix(".html") + ".gone"


def media_path(media: Picture | Attachment) -> str:
    """Give the public path of a stored file, named by its content."""
    ending = _ENDINGS.get(media.mime, "")
    if not ending and isinstance(media, Attachment):
        ending = PurePosixPath(media.name).suffix.lower().removeprefix(".")
    return f"m/{media.sha256[:32]}.{ending if ending in _SAFE else 'bin'}"
