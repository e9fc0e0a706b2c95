"""A feed as values, the same for RSS, Atom and JSON Feed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from channels.addresses import Addresses, FeedFormat, archive_path, feed_path
from channels.characters import one_line
from channels.contract import Gone
from channels.feeds.entries import BEIJING, FeedEntry, feed_entries
from channels.item import Entry, Site

NEWEST: Final = 30
"""So many entries a feed holds, and an archive after it: what is in no archive yet is in the feed."""


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed: what it is called, where it stands, when it last changed, what is in it.

    `number` is that of an archive (RFC 5005), counted from the oldest; None for the feed that one subscribes
    to, and `archives` says how many there are before it. An archive names none after it: it would have to
    change once there is one.
    """

    key: str
    id: str
    title: str
    about: str
    home: str
    by: str
    updated: datetime
    entries: tuple[FeedEntry, ...]
    deleted: tuple[tuple[str, datetime], ...] = ()
    number: int | None = None
    archives: int = 0
    hub: str | None = None

    def path(self, form: FeedFormat) -> str:
        """Give the path of this document in a format."""
        return feed_path(self.key, form) if self.number is None else archive_path(self.key, self.number, form)

    def older(self, form: FeedFormat) -> str | None:
        """Give the path of the document with the entries before these; None at the beginning."""
        before = self.archives if self.number is None else self.number - 1
        return archive_path(self.key, before, form) if before else None


def count_archives(last_ordinal: int) -> int:
    """Say how many archives there are: each is there once all its places are given out."""
    return last_ordinal // NEWEST


def feed_document(
    key: str,
    name: str,
    site: Site,
    entries: tuple[Entry, ...],
    *,
    gone: tuple[Gone, ...] = (),
    number: int | None = None,
    archives: int = 0,
    hub: str | None = None,
) -> FeedDocument:
    """Make a feed; nothing comes from a clock, so equal lists give equal bytes (contract feeds §0)."""
    addresses = Addresses(site)
    made = feed_entries(entries, addresses)
    # A deletion moves it too, or readers pass the feed over (contract feeds §1.3).
    start = datetime(site.since, 1, 1, tzinfo=UTC)
    times = [start, *(one.at for one in gone), *(entry.updated for entry in made)]
    title = site.name if key == "site" else f"{name} - {site.name}"
    if number is not None:
        title = f"{title}（存档 {number}）"
    return FeedDocument(
        key=key,
        id=addresses.feed_id(key if number is None else f"{key}/{number}"),
        title=one_line(title),
        about=one_line(f"{title}，主办单位：{site.organiser}"),
        home=addresses.url(addresses.list_home(key, name)),
        by=one_line(site.organiser) or one_line(site.name),
        updated=max(times).astimezone(BEIJING).replace(microsecond=0),
        entries=made,
        deleted=tuple((addresses.entry_id(one.item_id), one.at.astimezone(BEIJING)) for one in gone),
        number=number,
        archives=archives,
        hub=hub,
    )
