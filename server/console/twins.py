"""/console/items/…/twin: the same item in the other language, named by its 索引号 or its address."""

import re
from typing import Final

from aiohttp import web

from channels.characters import one_line
from server.console.page import Page, Visit
from server.core.problems import Problem
from server.core.twins import pair, part
from server.store.items import find_item_by_index_number, get_item
from server.store.tx import Tx

_ADDRESS: Final = re.compile(r"(?:.*/)?([0-9a-z]{16})(?:[/.?#].*)?")


async def take_twin(visit: Visit) -> web.Response:
    """Make two items twins; a refusal says what is wrong with the other one."""
    parts, item_id = visit.parts, visit.place("item_id")
    async with parts.store.begin() as tx:
        await _require_own(tx, visit, item_id)
        other = await _find(tx, one_line(visit.fields.get("twin")))
        await pair(tx, item_id, other, at=parts.now())
    await parts.wake()
    return visit.go(f"/console/items/{item_id}", done="changed")


async def part_twin(visit: Visit) -> web.Response:
    """Let an item have no twin any more."""
    parts, item_id = visit.parts, visit.place("item_id")
    async with parts.store.begin() as tx:
        await _require_own(tx, visit, item_id)
        await part(tx, item_id, at=parts.now())
    await parts.wake()
    return visit.go(f"/console/items/{item_id}", done="changed")


async def _require_own(tx: Tx, visit: Visit, item_id: str) -> None:
    visit.who.require("write", (await get_item(tx, item_id)).org.id)


async def _find(tx: Tx, told: str) -> str:
    """Give the id of the item that somebody named."""
    seen = await find_item_by_index_number(tx, told)
    if seen is not None:
        return seen.id
    address = _ADDRESS.fullmatch(told)
    if address is None:
        raise Problem("unknown_item", "没有这个索引号的稿件，请核对，或粘贴那篇稿件的网址", field="twin")
    return address[1]


PAGES = (
    Page("POST", "/console/items/{item_id}/twin", take_twin, "write"),
    Page("POST", "/console/items/{item_id}/twin/part", part_twin, "write"),
)
