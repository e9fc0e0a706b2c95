"""/console/items/…/twin: the same item in the other language, named by its 索引号 or its address."""

from aiohttp import web

from server.console.items import item_page
from server.console.named import get_named
from server.console.page import Page, Visit
from server.core.twins import pair, part
from server.forms.refusals import REFUSALS
from server.store.items import get_item
from server.store.tx import Tx


async def take_twin(visit: Visit) -> web.Response:
    """Make two items twins; a refusal says what is wrong with the other one."""
    parts, item_id = visit.parts, visit.place("item_id")
    try:
        async with parts.store.begin() as tx:
            await _require_own(tx, visit, item_id)
            other = (await get_named(tx, visit.fields.get("twin"), field="twin")).id
            await pair(tx, item_id, other, at=parts.now())
    except REFUSALS as error:
        return await item_page(visit, error)
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


PAGES = (
    Page("POST", "/console/items/{item_id}/twin", take_twin, "write"),
    Page("POST", "/console/items/{item_id}/twin/part", part_twin, "write"),
)
