"""The items before and after one in its column, so that each page can point at both."""

from dataclasses import dataclass
from typing import Final

from server.store.items import ItemSeen, get_item_at
from server.store.places import Beside, list_beside, list_page_places
from server.store.releases import get_release
from server.store.site_columns import list_merged, list_parents
from server.store.tx import Tx

_NEAR: Final = 4  # lines looked at on either side; those that have left the column are passed over


@dataclass(frozen=True, slots=True)
class Found:
    """A neighbour: the delivery of its page, and the item as that page has it."""

    line: Beside
    item: ItemSeen
    column: str


async def find_neighbours(tx: Tx, item_id: str, states: tuple[str, ...]) -> tuple[Found, ...]:
    """Give the nearest items whose page is in one of `states`, on both sides, in each column it was in."""
    found, merged, parents = [], await list_merged(tx), await list_parents(tx)
    for account_id, key, ordinal in await list_page_places(tx, item_id):
        column = key.removeprefix("column/")
        roles = set()
        for line in await list_beside(tx, account_id, key, ordinal, states=states, limit=_NEAR):
            if line.role in roles:
                continue
            item = await get_item_at(tx, (await get_release(tx, line.release_id)).revision_id)
            # A corrected item keeps its place in the column that it has left.
            filed = item.revision.sheet.column
            now = merged.get(filed, filed)
            if column in (now, parents.get(now)):
                roles.add(line.role)
                found.append(Found(line, item, column))
    return tuple(found)
