"""An item as a person names it: by its 索引号, or by its address on the site or in the console."""

import re
from typing import Final

from channels.characters import one_line
from server.core.problems import Problem
from server.store.items import ItemSeen, find_item, find_item_by_index_number
from server.store.tx import Tx

_ADDRESS: Final = re.compile(r"(?:.*/)?([0-9a-z]{16})(?:[/.?#].*)?")


async def get_named(tx: Tx, told: str, *, field: str) -> ItemSeen:
    """Give the item that somebody named; refuses what names none, with the field it stood in."""
    named = one_line(told)
    seen = await find_item_by_index_number(tx, named)
    address = _ADDRESS.fullmatch(named)
    if seen is None and address is not None:
        seen = await find_item(tx, address[1])
    if seen is None:
        raise Problem("unknown_item", "没有这个索引号的稿件，请核对，或粘贴那篇稿件的网址", field=field)
    return seen
