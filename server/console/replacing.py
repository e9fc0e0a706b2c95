"""/console/items/…/replaced-by: a new item takes the place of an older one, and both pages say so."""

from aiohttp import web

from server.console.items import item_for
from server.console.named import get_named
from server.console.page import Page, Visit
from server.core.replace import replace_item
from server.forms.refusals import REFUSALS, refusals_of
from server.store.corrections import find_successor, list_predecessors
from server.store.deliveries import find_live_page
from server.store.items import get_item

_PATH = "/console/items/{item_id}/replaced-by"


async def show_form(visit: Visit) -> web.Response:
    """Show what stands in whose place, and a form for the new item."""
    return await _shown(visit)


async def take_successor(visit: Visit) -> web.Response:
    """Let the named item take this one's place; who may release both says so."""
    parts, who = visit.parts, visit.who
    try:
        async with parts.store.begin() as tx:
            seen = await item_for(tx, visit, "release")
            successor = await get_named(tx, visit.fields.get("item"), field="item")
            who.require("release", successor.org.id)
            await replace_item(tx, seen.id, successor.id, by=who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/items/{seen.id}/replaced-by", done="changed")


async def take_back(visit: Visit) -> web.Response:
    """Let an item stand for itself again."""
    parts = visit.parts
    try:
        async with parts.store.begin() as tx:
            seen = await item_for(tx, visit, "release")
            await replace_item(tx, seen.id, None, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/items/{seen.id}/replaced-by", done="changed")


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        seen = await item_for(tx, visit, "release")
        successor_id = await find_successor(tx, seen.id)
        successor = None if successor_id is None else await get_item(tx, successor_id)
        is_public = successor is not None and await find_live_page(tx, successor.id) is not None
        predecessors = [await get_item(tx, one) for one in await list_predecessors(tx, seen.id)]
    trouble = refusals_of(error)
    return visit.show(
        "replacing.html", section="items", seen=seen, successor=successor, is_public=is_public,
        predecessors=predecessors, typed=visit.fields.get("item"), trouble=trouble,
        trouble_heading="没有更改",
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_form, "release"),
    Page("POST", _PATH, take_successor, "release"),
    Page("POST", f"{_PATH}/back", take_back, "release"),
)
