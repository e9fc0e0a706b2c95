"""The list pages of the site: the newest entries, and pages numbered from the oldest, which never shift.

Publishing writes the same number of pages whatever the size of the archive.
"""

from typing import Final

from channels.addresses import Addresses, gone_path, list_path, numbered_path
from channels.contract import DocRoot, Shelf
from channels.item import Column, Content, Entry, Org
from channels.website.marks import entry_mark
from channels.website.pages import ListPage, Pages, list_name

A_PAGE: Final = 20
_FAR: Final = 5  # numbered pages may be missing where everything on them was refused


class Lists:
    """The list pages in a document root; to be used in a turn of the root."""

    def __init__(self, root: DocRoot, shelf: Shelf, pages: Pages, addresses: Addresses) -> None:
        """Take where pages go, what stands on them and how they look."""
        self._root, self._shelf, self._pages, self._addresses = root, shelf, pages, addresses

    async def write(self, keys: tuple[str, ...], content: Content) -> None:
        """Write the pages of these lists that this content stands on, or stood on."""
        for key in keys:
            name = list_name(key, self._addresses.site, content.org, content.column)
            await self._write_newest(key, name)
            ordinal = await self._shelf.ordinal_of(key, content.item_id)
            if ordinal is not None:
                await self._write_around(key, name, _number(ordinal))

    async def write_empty(self, columns: tuple[Column, ...], org: Org) -> None:
        """Write the page of each column that has none yet, so that no tab leads nowhere."""
        for column in columns:
            key = f"column/{column.slug}"
            if await self._root.read(list_path(key)) is None:
                await self._write_newest(key, list_name(key, self._addresses.site, org, column))

    async def carry(self, keys: tuple[str, ...], content: Content) -> bool:
        """Say whether each list shows this version of the content."""
        wanted = entry_mark(content).encode()
        for key in keys:
            ordinal = await self._shelf.ordinal_of(key, content.item_id)
            if ordinal is None:
                continue
            page = await self._root.read(numbered_path(key, _number(ordinal)))
            if page is None or wanted not in page:
                return False
        return True

    async def _write_newest(self, key: str, name: str) -> None:
        entries = await self._shelf.newest(key, A_PAGE)
        oldest = min((entry.ordinal for entry in entries), default=1)
        older = await self._find(key, range(_number(oldest - 1), 0, -1)) if oldest > 1 else None
        await self._write(key, name, list_path(key), entries, older=older, newer=None, number=None)

    async def _write_around(self, key: str, name: str, number: int) -> None:
        """Write a numbered page; the one before it is written too when this one is new, to point at it."""
        is_new = await self._root.read(numbered_path(key, number)) is None
        await self._write_numbered(key, name, number)
        if is_new and number > 1:
            await self._write_numbered(key, name, number - 1)

    async def _write_numbered(self, key: str, name: str, number: int) -> None:
        first = (number - 1) * A_PAGE + 1
        entries = await self._shelf.span(key, first, first + A_PAGE - 1)
        older = await self._find(key, range(number - 1, 0, -1))
        newer = await self._find(key, range(number + 1, number + 1 + _FAR)) or list_path(key)
        path = numbered_path(key, number)
        await self._write(key, name, path, entries, older=older, newer=newer, number=number)

    async def _write(
        self,
        key: str,
        name: str,
        path: str,
        entries: tuple[Entry, ...],
        *,
        older: str | None,
        newer: str | None,
        number: int | None,
    ) -> None:
        contents = tuple([entry.content for entry in entries if await self._is_shown(entry)])
        page = ListPage(key, name, path, contents, older, newer, number)
        await self._root.put(path, self._pages.listing(page).encode())

    async def _is_shown(self, entry: Entry) -> bool:
        """Say whether a reader finds the page: an entry under way is listed once its page is written."""
        if entry.is_live:
            return True
        path = self._addresses.path_of(entry.content.url)
        return await self._root.read(path) is not None and await self._root.read(gone_path(path)) is None

    async def _find(self, key: str, numbers: range) -> str | None:
        """Give the first of these numbered pages that is there."""
        for number in numbers[:_FAR]:
            path = numbered_path(key, number)
            if await self._root.read(path) is not None:
                return path
        return None


def _number(ordinal: int) -> int:
    return (ordinal - 1) // A_PAGE + 1
