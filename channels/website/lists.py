"""The list pages of the site: the newest entries, and pages numbered from the oldest, which never shift.

Publishing writes the same number of pages whatever the size of the archive. Which numbered pages there are,
and what they point at, follows from the highest ordinal of the list alone.
"""

from typing import Final

from channels.addresses import Addresses, gone_path
from channels.contract import DocRoot, Shelf
from channels.item import Column, Content, Entry, Org
from channels.website.marks import entry_mark
from channels.website.pages import ListPage, Pages, list_name

A_PAGE: Final = 20
ORGS: Final = "org/index.html"


class Lists:
    """The list pages in a document root; to be used in a turn of the root."""

    def __init__(self, root: DocRoot, shelf: Shelf, pages: Pages, addresses: Addresses) -> None:
        """Take where pages go, what stands on them and how they look."""
        self._root, self._shelf, self._pages, self._addresses = root, shelf, pages, addresses

    async def write(self, keys: tuple[str, ...], content: Content) -> None:
        """Write the pages of these lists that this content stands on, or stood on."""
        for key in keys:
            name = list_name(key, self._addresses.site, content.org, content.column)
            shown = await self._write_newest(key, name)
            ordinal = await self._shelf.ordinal_of(key, content.item_id)
            if ordinal is not None:
                await self._write_around(key, name, _number(ordinal))
            if key.startswith("org/"):
                await self._list_organ(key, has_entries=shown > 0)

    async def write_empty(self, columns: tuple[Column, ...], org: Org) -> None:
        """Write the page of each column that has none yet, so that no tab leads nowhere."""
        for column in columns:
            key = f"column/{column.slug}"
            if await self._root.read(self._addresses.list_path(key)) is None:
                await self._write_newest(key, list_name(key, self._addresses.site, org, column))
        if await self._root.read(ORGS) is None:
            await self._write_organs()

    async def count_parts(self, key: str) -> int | None:
        """Give the number of a list's numbered pages; None for a list that has no pages."""
        if key.partition("/")[0] not in ("site", "column", "org"):
            return None
        return _number(await self._shelf.last_ordinal(key))

    async def renew(self, key: str, number: int | None, content: Content) -> None:
        """Write one page of a list again, the newest entries or a numbered one; `content` stood in it."""
        name = list_name(key, self._addresses.site, content.org, content.column)
        if number is None:
            await self._write_newest(key, name)
            await self._drop_beyond(key, await self.count_parts(key) or 0)
        else:
            await self._write_numbered(key, name, number, _number(await self._shelf.last_ordinal(key)))

    async def renew_fronts(self, columns: tuple[Column, ...]) -> None:
        """Write the front page and those of columns, where they have no entry yet, and that of organs."""
        names = {"site": self._addresses.site.name, **{f"column/{one.slug}": one.name for one in columns}}
        for key, name in names.items():
            if not await self._shelf.last_ordinal(key):
                await self._write_newest(key, name)
                await self._drop_beyond(key, 0)
        await self._write_organs()

    async def leave(self, folder: str) -> None:
        """Take away the pages of a column that has moved to another folder."""
        await self._drop(f"{folder}/p{{}}.html", 0)
        await self._root.remove(f"{folder}/index.html")

    async def _drop_beyond(self, key: str, last: int) -> None:
        """Take away the pages that a list had when it was longer: what stood below a column has left it."""
        if key.partition("/")[0] == "column":
            front = self._addresses.list_path(key).removesuffix("index.html")
            await self._drop(f"{front}p{{}}.html", last)

    async def _drop(self, path: str, after: int) -> None:
        last = after
        while await self._root.holds(path.format(last + 1)):
            last += 1
        for number in range(last, after, -1):  # the first one last: a repetition after a crash counts from it
            await self._root.remove(path.format(number))

    async def carry(self, keys: tuple[str, ...], content: Content) -> bool:
        """Say whether each list shows this version of the content."""
        wanted = entry_mark(content).encode()
        for key in keys:
            ordinal = await self._shelf.ordinal_of(key, content.item_id)
            if ordinal is None:
                continue
            page = await self._root.read(self._addresses.numbered_path(key, _number(ordinal)))
            if page is None or wanted not in page:
                return False
        return True

    async def shown(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Give the entries whose page a reader finds: one under way counts once its page is written."""
        return tuple([entry for entry in entries if await self._is_shown(entry)])

    async def _write_newest(self, key: str, name: str) -> int:
        entries = await self._shelf.newest(key, A_PAGE)
        last = await self._shelf.last_ordinal(key)
        oldest = min((entry.ordinal for entry in entries), default=last + 1)
        older = self._addresses.numbered_path(key, _number(oldest - 1)) if oldest > 1 else None
        return await self._write(
            key, name, self._addresses.list_path(key), entries, older=older, newer=None, number=None
        )

    async def _write_around(self, key: str, name: str, number: int) -> None:
        """Write a numbered page, and those beside it that are not there although the list is long enough.

        The page before a new one is written too, to point at it.
        """
        last = _number(await self._shelf.last_ordinal(key))
        is_new = await self._root.read(self._addresses.numbered_path(key, number)) is None
        await self._write_numbered(key, name, number, last)
        if is_new and number > 1:
            await self._write_numbered(key, name, number - 1, last)
        for beyond in range(number + 1, last + 1):
            if await self._root.read(self._addresses.numbered_path(key, beyond)) is not None:
                break
            await self._write_numbered(key, name, beyond, last)

    async def _write_numbered(self, key: str, name: str, number: int, last: int) -> None:
        first = (number - 1) * A_PAGE + 1
        entries = await self._shelf.span(key, first, first + A_PAGE - 1)
        numbered = self._addresses.numbered_path
        older = numbered(key, number - 1) if number > 1 else None
        newer = numbered(key, number + 1) if number < last else self._addresses.list_path(key)
        path = numbered(key, number)
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
    ) -> int:
        contents = tuple(entry.content for entry in await self.shown(entries))
        page = ListPage(key, name, path, contents, older, newer, number)
        await self._root.put(path, self._pages.listing(page).encode())
        return len(contents)

    async def _list_organ(self, key: str, *, has_entries: bool) -> None:
        """Write the page of organs when one has got its first entry or lost its last."""
        page = await self._root.read(ORGS) or b""
        link = f'href="{self._addresses.link(self._addresses.list_path(key))}"'.encode()
        if has_entries != (link in page):
            await self._write_organs()

    async def _write_organs(self) -> None:
        organs = []
        for key in await self._shelf.lists("org/"):
            entries = await self.shown(await self._shelf.newest(key, A_PAGE))
            if entries:
                organs.append((self._addresses.list_path(key), entries[0].content.org.name))
        await self._root.put(ORGS, self._pages.render("orgs.html", path=ORGS, organs=organs).encode())

    async def _is_shown(self, entry: Entry) -> bool:
        if entry.is_live:
            return True
        path = self._addresses.path_of(entry.content.url)
        return await self._root.read(path) is not None and await self._root.read(gone_path(path)) is None


def _number(ordinal: int) -> int:
    return max(0, ordinal - 1) // A_PAGE + 1
