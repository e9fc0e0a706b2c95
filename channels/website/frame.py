"""The pages that no item changes: not there, offline, accessibility, columns, the section's front, robots.

They follow from the site alone, so they are written when a site begins or its settings change.
"""

import hashlib
from functools import lru_cache
from typing import Final

from channels.addresses import Addresses
from channels.disclosure import FIFTEEN, PARTS
from channels.item import Column, Site
from channels.website.assets import assets_of, feed_pictures, manifest, worker
from channels.website.pages import SECTION, Pages

MANIFEST: Final = "site.webmanifest"
STATUTORY: Final = "gk/content.html"
FRAME: Final = "static/frame.txt"


@lru_cache(maxsize=8)
def frame_files(site: Site) -> dict[str, bytes]:
    """Give every file of the frame. The last one holds the digest of all the others, written before it."""
    pages, addresses = Pages(site), Addresses(site)
    written = {
        "404.html": pages.render("missing.html"),
        "offline.html": pages.render("offline.html"),
        "accessibility.html": pages.render("accessibility.html", path="accessibility.html"),
        "column/index.html": pages.render("columns.html", path="column/index.html", columns=site.columns),
        SECTION: pages.render("disclosure.html", here="gk", path=SECTION, parts=_parts(site)),
        STATUTORY: pages.render("statutory.html", here="gk", path=STATUTORY, kinds=FIFTEEN),
        "robots.txt": _robots(addresses),
    }
    files = {path: text.encode() for path, text in written.items()}
    files |= {**assets_of(site).files, **feed_pictures(site), MANIFEST: manifest(site), "sw.js": worker(site)}
    every = hashlib.sha256(b"".join(path.encode() + body for path, body in sorted(files.items()))).hexdigest()
    return {**files, FRAME: every.encode()}


def part_column(site: Site, words: tuple[str, ...]) -> Column | None:
    """Give the column that holds a part of the section, by its ColumnType."""
    return next((column for column in site.columns if column.type in words), None)


def _parts(site: Site) -> tuple[tuple[str, str | None], ...]:
    """Give the four parts of the section, each with its page; None where the office has no column for it."""
    found = []
    for part, name, words in PARTS:
        column = part_column(site, words)
        path = Addresses(site).list_path(f"column/{column.slug}") if column else None
        found.append((name, STATUTORY if part == "content" else path))
    return tuple(found)


def _robots(addresses: Addresses) -> str:
    lines = ("User-agent: *", f"Disallow: {addresses.link('api/')}", f"Disallow: {addresses.link('search')}")
    return "\n".join((*lines, f"Sitemap: {addresses.url('sitemap.xml')}", ""))
