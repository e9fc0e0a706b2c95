"""The lists of a website or feed account, read from the store (channels.contract.Shelf)."""

from datetime import datetime

from channels.addresses import list_keys
from channels.contract import Gone
from channels.item import Entry, Site
from server.core.contents import lines_of_releases
from server.store.places import (
    Placed,
    find_list,
    find_ordinal,
    list_keys_of,
    list_lists,
    list_newest,
    list_span,
    list_withdrawn,
)
from server.store.tx import Store, Tx


class StoreShelf:
    """One account's lists, always read anew."""

    def __init__(self, store: Store, site: Site, account_id: str) -> None:
        """Take the one truth and whose lists to read."""
        self._store, self._site, self._account_id = store, site, account_id

    async def newest(self, key: str, limit: int, /) -> tuple[Entry, ...]:
        """Give the newest entries, newest first."""
        async with self._store.read() as tx:
            return await self._entries(tx, key, await list_newest(tx, self._account_id, key, limit))

    async def span(self, key: str, first: int, last: int, /) -> tuple[Entry, ...]:
        """Give the entries with ordinals first..last, newest first."""
        async with self._store.read() as tx:
            return await self._entries(tx, key, await list_span(tx, self._account_id, key, first, last))

    async def last_ordinal(self, key: str, /) -> int:
        """Give the highest ordinal handed out, 0 for an empty list."""
        async with self._store.read() as tx:
            found = await find_list(tx, self._account_id, key)
        return 0 if found is None else found[0]

    async def ordinal_of(self, key: str, item_id: str, /) -> int | None:
        """Give an item's place in a list, shown or not; None when it never had one."""
        async with self._store.read() as tx:
            return await find_ordinal(tx, self._account_id, key, item_id)

    async def gone(self, key: str, limit: int, /) -> tuple[Gone, ...]:
        """Give the entries withdrawn last, the last one first."""
        async with self._store.read() as tx:
            found = await list_withdrawn(tx, self._account_id, key, limit)
        return tuple(Gone(item_id, at) for item_id, at in found)

    async def lists(self, front: str, /) -> tuple[str, ...]:
        """Give the keys of every list that begins with `front` and ever had an entry, in order."""
        async with self._store.read() as tx:
            return await list_lists(tx, self._account_id, front)

    async def keys_of(self, item_id: str, /) -> tuple[str, ...]:
        """Give every list in which an item has a place, those it has left included."""
        async with self._store.read() as tx:
            return await list_keys_of(tx, self._account_id, item_id)

    async def last_change(self, key: str, /) -> datetime | None:
        """Give when an entry was last published, corrected or withdrawn."""
        async with self._store.read() as tx:
            found = await find_list(tx, self._account_id, key)
        return None if found is None else found[1]

    async def _entries(self, tx: Tx, key: str, lines: tuple[Placed, ...]) -> tuple[Entry, ...]:
        ids = frozenset(line.release_id for line in lines)
        contents = await lines_of_releases(tx, ids, self._site)
        return tuple(
            Entry(contents[line.release_id], line.ordinal, line.is_live)
            for line in lines
            if key in list_keys(contents[line.release_id])  # a corrected item may have left this column
        )
