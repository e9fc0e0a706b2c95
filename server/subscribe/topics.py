"""The feeds one can subscribe to: what an address names, and which version stands there."""

import hashlib
from dataclasses import dataclass

from channels.addresses import FEED_TYPES, HUB, Addresses, feed_form
from channels.docroot import FolderRoot
from channels.item import Site


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it stands: its version is a digest of its bytes."""

    version: str
    body: bytes


class Topics:
    """The feeds of a document root, each known by its path."""

    def __init__(self, root: FolderRoot, site: Site) -> None:
        """Take where the feeds stand."""
        self._root, self._addresses = root, Addresses(site)
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}

    @property
    def hub(self) -> str:
        """Give the address of the hub."""
        return self._addresses.url(HUB)

    def path_of(self, url: str) -> str | None:
        """Give the path of a feed that its own address names, letter for letter; None for anything else."""
        front = self._addresses.url("")
        path = url.removeprefix(front)
        return path if url.startswith(front) and feed_form(path) is not None else None

    def url_of(self, path: str) -> str:
        """Give the address of a feed, as it names itself."""
        return self._addresses.url(path)

    def headers_of(self, path: str) -> dict[str, str]:
        """Give the headers of a feed that is sent to subscribers: those of the feed itself (WebSub §7)."""
        form = feed_form(path)
        assert form is not None  # noqa: S101 -- only feeds are stored
        return {
            "Content-Type": f"{FEED_TYPES[form]}; charset=utf-8",
            "Link": f'<{self.hub}>; rel="hub", <{self.url_of(path)}>; rel="self"',
        }

    async def version(self, path: str) -> str | None:
        """Give the version that stands there, None when no feed does; it is read only after it changed."""
        stamp = await self._root.stamp(path)
        if stamp is None:
            return None
        known = self._known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        feed = await self.read(path)
        if feed is None:
            return None
        self._known[path] = (stamp, feed.version)
        return feed.version

    async def read(self, path: str) -> Feed | None:
        """Give a feed as it stands, None when there is none."""
        body = await self._root.read(path)
        return None if body is None else Feed(hashlib.sha256(body).hexdigest(), body)
