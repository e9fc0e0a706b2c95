"""The sitemap: an index, and parts numbered from the oldest, of which publishing changes one."""

from typing import Final
from xml.sax.saxutils import escape

from channels.addresses import Addresses
from channels.contract import DocRoot, Shelf
from channels.website.environment import iso
from channels.website.lists import Lists

A_PART: Final = 100
INDEX: Final = "sitemap.xml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


class Sitemap:
    """The sitemap in a document root; to be used in a turn of the root."""

    def __init__(self, root: DocRoot, shelf: Shelf, lists: Lists, addresses: Addresses) -> None:
        """Take where it stands, what is on the site and how addresses are made."""
        self._root, self._shelf, self._lists, self._addresses = root, shelf, lists, addresses

    async def write(self, item_id: str) -> None:
        """Write the part that holds an item, and the index over all parts."""
        ordinal = await self._shelf.ordinal_of("site", item_id)
        if ordinal is None:
            return
        last = await self._shelf.last_ordinal("site")
        await self._write_part((ordinal - 1) // A_PART + 1)
        parts = range(1, (last - 1) // A_PART + 2)
        for number in reversed(parts):  # one that a neighbour has begun may not be there yet
            if await self._root.read(part_path(number)) is not None:
                break
            await self._write_part(number)
        await self._write_index(parts)

    async def _write_index(self, parts: range) -> None:
        """Write the index when it does not name the last part yet: it grows, and few items begin a part."""
        lines = "".join(f"<sitemap><loc>{self._url(part_path(n))}</loc></sitemap>\n" for n in parts[-1:])
        if lines.encode() in (await self._root.read(INDEX) or b""):
            return
        lines = "".join(f"<sitemap><loc>{self._url(part_path(n))}</loc></sitemap>\n" for n in parts)
        text = f"{_HEAD}<sitemapindex {_SPACE}>\n{lines}</sitemapindex>\n"
        await self._root.put(INDEX, text.encode())

    async def _write_part(self, number: int) -> None:
        first = (number - 1) * A_PART + 1
        entries = await self._lists.shown(await self._shelf.span("site", first, first + A_PART - 1))
        lines = "".join(
            f"<url><loc>{escape(entry.content.url)}</loc>"
            f"<lastmod>{iso(entry.content.updated_at)}</lastmod></url>\n"
            for entry in entries
        )
        text = f"{_HEAD}<urlset {_SPACE}>\n{lines}</urlset>\n"
        await self._root.put(part_path(number), text.encode())

    def _url(self, path: str) -> str:
        return escape(self._addresses.url(path))


def part_path(number: int) -> str:
    """Give the path of a part; 1 holds the oldest pages."""
    return f"sitemap/{number}.xml"
