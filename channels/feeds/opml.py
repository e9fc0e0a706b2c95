"""OPML 2.0: every feed of the site in one file that a reader takes in (contract feeds §1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from channels.addresses import Addresses, feed_path
from channels.characters import one_line
from channels.item import Site


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that can be subscribed to: its list, the list's name, and the feeds of lists below it."""

    key: str
    name: str
    below: tuple["Offer", ...] = ()


def write_opml(site: Site, groups: Mapping[str, tuple[Offer, ...]]) -> bytes:
    """Write the site's own feed and the groups; an empty group is left out."""
    addresses = Addresses(site)
    lines = [_outline(Offer("site", site.name), addresses)]
    for name, offers in groups.items():
        if offers:
            lines.append(_group(name, "".join(_outline(offer, addresses) for offer in offers)))
    title = quoteattr(one_line(site.name))[1:-1]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"<head><title>{title}</title></head>\n<body>\n{''.join(lines)}</body>\n</opml>\n"
    )
    return text.encode()


def feed_mark(key: str, addresses: Addresses) -> bytes:
    """Give what stands in the file when a list's feed does."""
    return f'xmlUrl="{addresses.url(feed_path(key, "rss"))}"'.encode()


def _group(name: str, inner: str) -> str:
    return f"<outline text={quoteattr(name)} title={quoteattr(name)}>\n{inner}</outline>\n"


def _outline(offer: Offer, addresses: Addresses) -> str:
    if offer.below:  # a folder with its own feed first: readers pass over what stands inside of a feed
        every = (Offer(offer.key, offer.name), *offer.below)
        inner = "".join(_outline(one, addresses) for one in every)
        return _group(one_line(offer.name) or offer.key, inner)
    name = quoteattr(one_line(offer.name) or offer.key)
    home = quoteattr(addresses.url(addresses.list_home(offer.key, offer.name)))
    # The type is "rss" whatever the format: readers know no other word.
    return (
        f'<outline type="rss" text={name} title={name} {feed_mark(offer.key, addresses).decode()}'
        f" htmlUrl={home}/>\n"
    )
