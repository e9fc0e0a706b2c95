"""Where former addresses of columns lead: pages of one that moved, pages and feeds of one merged."""

import re
from typing import Final

from server.store.site_columns import find_slug, list_columns, list_merged
from server.store.tx import Tx

_PAGE: Final = re.compile(
    r"(?P<base>.*)/column/(?P<word>[a-z0-9-]{1,32})(?P<rest>/(?:(?:index|p\d+)\.html)?)?"
)
_FEED: Final = re.compile(
    r"(?P<base>.*)/feed/column/(?P<word>[a-z0-9-]{1,32})(?:/[0-9A-Za-z.-]+?)?(?P<ending>\.(?:rss|atom|json))"
)


async def moved_column(tx: Tx, addresses: tuple[str, ...]) -> str | None:
    """Give where the first of these addresses that was a column's leads now; None for every other."""
    for address in addresses:
        if feed := _FEED.fullmatch(address):
            return await _feed(tx, feed)
        if page := _PAGE.fullmatch(address):
            return await _page(tx, page)
    return None


async def _page(tx: Tx, found: re.Match[str]) -> str | None:
    slug = await find_slug(tx, found["word"])
    if slug is None:
        return None
    target = (await list_merged(tx)).get(slug, slug)
    address = next(row.address for row in await list_columns(tx) if row.slug == target)
    if address == found["word"]:
        return None
    # The numbered pages of a merged column are no more: its entries stand among those of the other one.
    rest = (found["rest"] or "/").removesuffix("index.html") if target == slug else "/"
    return f"{found['base']}/column/{address}{rest}"


async def _feed(tx: Tx, found: re.Match[str]) -> str | None:
    target = (await list_merged(tx)).get(found["word"])
    return None if target is None else f"{found['base']}/feed/column/{target}{found['ending']}"
