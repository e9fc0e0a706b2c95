"""A feed as bytes: RSS 2.0 and Atom through feedgen, JSON Feed 1.1 by hand.

An article stands in many lists, and its entry is the same in all of them: it is written once a format, and
put into each feed as it is.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from feedgen.feed import FeedGenerator

from channels.addresses import (
    FEED_FAVICON,
    FEED_ICON,
    FEED_IMAGE,
    FEED_IMAGE_SIZE,
    FEED_LOGO,
    FEED_TYPES,
    Addresses,
    FeedFormat,
    feed_path,
)
from channels.feeds.document import FeedDocument
from channels.feeds.entries import FeedEntry
from channels.feeds.repair import EntryRepair, FeedLink, FeedRepair

GENERATOR = "Tongfa"
_KEPT = 512  # entries of each format, some kilobytes each


def write_feed(
    document: FeedDocument, form: FeedFormat, addresses: Addresses, url: str | None = None
) -> bytes:
    """Write a feed in one format; `url` is its own address where that does not follow from its list."""
    url = url or addresses.url(document.path(form))
    match form:
        case "rss":
            return _rss(document, url, addresses)
        case "atom":
            return _atom(document, url, addresses)
        case "json":
            return _json(document, url, addresses)


def _rss(document: FeedDocument, url: str, addresses: Addresses) -> bytes:
    feed = _generator(document)
    feed.description(document.about)
    feed.repair.links = _links(document, "rss", addresses)
    feed.repair.is_archive = document.number is not None
    feed.link(href=url, rel="self", type=FEED_TYPES["rss"])
    feed.link(href=document.home, rel="alternate")  # the last one becomes the channel's link (row 7)
    if document.number is None:
        size = str(FEED_IMAGE_SIZE)
        feed.image(addresses.url(FEED_IMAGE), document.title, document.home, width=size, height=size)
    return _with_entries(bytes(feed.rss_str()), b"</channel></rss>", map(_rss_item, document.entries))


@lru_cache(maxsize=_KEPT)
def _rss_item(entry: FeedEntry) -> bytes:
    feed = _any_feed()
    item = _add(feed, entry)
    item.link(href=entry.url)
    if entry.files:  # RSS has room for one; the others are links in the text (row 13)
        first = entry.files[0]
        item.enclosure(url=first.url, length=first.size, type=first.type)
    return _between(bytes(feed.rss_str()), b"<item", b"</item>")


def _atom(document: FeedDocument, url: str, addresses: Addresses) -> bytes:
    feed = _generator(document)
    feed.id(document.id)
    feed.subtitle(document.about)
    feed.repair.links = _links(document, "atom", addresses)
    feed.repair.is_archive = document.number is not None
    feed.repair.deleted = document.deleted
    feed.author(name=document.by)
    feed.link(href=document.home, rel="alternate", type="text/html")  # first: htmlparser2 takes the first
    feed.link(href=url, rel="self", type=FEED_TYPES["atom"])
    if document.number is None:  # an archive is never written anew for the sake of its looks
        feed.icon(addresses.url(FEED_ICON))
        feed.logo(addresses.url(FEED_LOGO))
    return _with_entries(bytes(feed.atom_str()), b"</feed>", map(_atom_entry, document.entries))


@lru_cache(maxsize=_KEPT)
def _atom_entry(entry: FeedEntry) -> bytes:
    feed = _any_feed()
    _add(feed, entry).author(name=entry.by)
    return _between(bytes(feed.atom_str()), b"<entry", b"</entry>")


def _any_feed() -> Any:
    """Give a feed with the same namespaces as every other, to write an entry in."""
    feed = _open_feed("-", datetime(1970, 1, 1, tzinfo=UTC))
    feed.id("-")
    feed.description("-")
    feed.link(href="-")
    return feed


def _between(feed: bytes, first: bytes, last: bytes) -> bytes:
    """Cut an entry out of a feed; words cannot look like its tags, for in words a `<` is escaped."""
    return feed[feed.index(first) : feed.rindex(last) + len(last)]


def _with_entries(feed: bytes, end: bytes, entries: Iterable[bytes]) -> bytes:
    if not feed.endswith(end):
        raise ValueError("feedgen has ended a feed in another way")
    return b"".join((feed.removesuffix(end), *entries, end))


def _links(document: FeedDocument, form: FeedFormat, addresses: Addresses) -> tuple[FeedLink, ...]:
    """Give the links to the hub and along the archives (RFC 5005 §4)."""
    found = [] if document.hub is None else [FeedLink("hub", document.hub)]
    for rel, path in (
        ("current", feed_path(document.key, form) if document.number is not None else None),
        ("prev-archive", document.older(form)),
    ):
        if path is not None:
            found.append(FeedLink(rel, addresses.url(path), FEED_TYPES[form]))
    return tuple(found)


def _generator(document: FeedDocument) -> Any:
    return _open_feed(document.title, document.updated)


def _open_feed(title: str, updated: datetime) -> Any:
    feed = FeedGenerator()
    feed.register_extension("repair", FeedRepair, EntryRepair)
    feed.title(title)
    feed.language("zh-CN")
    feed.updated(updated)  # never left to feedgen, which would take the present moment (row 10)
    feed.generator(GENERATOR)
    return feed


def _add(feed: Any, entry: FeedEntry) -> Any:
    item = feed.add_entry(order="append")  # feedgen's own order is reversed (row 9)
    item.repair.entry = entry
    item.id(entry.id)
    item.title(entry.title)
    item.summary(entry.summary)  # with the content, or RSS gets no content:encoded (row 11)
    item.content(entry.html, type="html")  # escaped once; a text or CDATA type breaks Atom (rows 4, 5)
    item.published(entry.published)
    item.updated(entry.updated)
    for scheme, term in entry.tags:
        item.category(term=term, scheme=scheme)
    return item


def _json(document: FeedDocument, url: str, addresses: Addresses) -> bytes:
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": document.title,
        "home_page_url": document.home,
        "feed_url": url,
        "description": document.about,
        "language": "zh-CN",
        "authors": [{"name": document.by}],
        "items": [],
    }
    if document.number is None:
        feed |= {"icon": addresses.url(FEED_ICON), "favicon": addresses.url(FEED_FAVICON)}
    older = document.older("json")
    if older is not None:
        feed["next_url"] = addresses.url(older)
    if document.hub is not None:
        feed["hubs"] = [{"type": "WebSub", "url": document.hub}]
    if document.deleted:
        told = [{"id": ref, "when": when.isoformat()} for ref, when in document.deleted]
        feed["_tongfa_deleted"] = {"about": "articles that were withdrawn", "items": told}
    # In a string a quote has a stroke before it: this place is the only one.
    head, items, rest = _json_text(feed).partition(b'"items":[')
    return b"".join((head, items, b",".join(map(_json_item, document.entries)), rest))


def _json_text(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=_KEPT)
def _json_item(entry: FeedEntry) -> bytes:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.by}],
        "tags": list(dict.fromkeys(term for _, term in entry.tags)),
        "_tongfa": {"about": "which version of the article this is", "content": entry.content_hash},
    }
    if entry.language != "zh-CN":
        item["language"] = entry.language
    if entry.thumbnail is not None:
        item["image"] = entry.thumbnail.url
    if entry.files:
        item["attachments"] = [
            {"url": f.url, "mime_type": f.type, "title": f.title, "size_in_bytes": f.size}
            for f in entry.files
        ]
    return _json_text(item)
