"""A feed as values, the same for RSS, Atom and JSON Feed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from channels.addresses import Addresses, list_path
from channels.characters import one_line
from channels.feeds.entries import BEIJING, FeedEntry, feed_entries
from channels.item import Entry, Site


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed: what it is called, where it stands, when it last changed, what is in it."""

    key: str
    id: str
    title: str
    about: str
    home: str
    by: str
    updated: datetime
    entries: tuple[FeedEntry, ...]


def feed_document(
    key: str, name: str, site: Site, entries: tuple[Entry, ...], changed_at: datetime | None
) -> FeedDocument:
    """Make a feed; nothing in it comes from a clock, so that equal lists give equal bytes (feeds §0)."""
    addresses = Addresses(site)
    made = feed_entries(entries, addresses)
    start = datetime(site.since, 1, 1, tzinfo=UTC)
    times = [start if changed_at is None else changed_at, *(entry.updated for entry in made)]
    title = site.name if key == "site" else f"{name} - {site.name}"
    return FeedDocument(
        key=key,
        id=addresses.feed_id(key),
        title=one_line(title),
        about=one_line(f"{title}，主办单位：{site.organiser}"),
        home=addresses.url(list_path(key)),
        by=one_line(site.organiser) or one_line(site.name),
        updated=max(times).astimezone(BEIJING).replace(microsecond=0),
        entries=made,
    )
