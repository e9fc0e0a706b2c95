"""/console/items: every item that a person may see, and one of them with its history."""

from typing import Final

from aiohttp import web

from channels.characters import one_line
from channels.disclosure import FIFTEEN
from channels.item import LANGUAGE_NAMES
from server.console.moments import moment_in_link
from server.console.page import Page, Visit
from server.console.previews import reading_of
from server.console.rows import rows_of
from server.core.contents import column_of, page_url
from server.forms.refusals import refusals_of
from server.security.access import Act
from server.store.corrections import find_successor
from server.store.deliveries import list_deliveries
from server.store.desk import Wanted, list_desk, list_steps
from server.store.items import ItemSeen, RevisionState, get_item
from server.store.twins import find_twin
from server.store.tx import Tx

_A_PAGE: Final = 40
_STATES: Final[dict[str, tuple[RevisionState, ...]]] = {
    "draft": ("draft",),
    "submitted": ("submitted",),
    "returned": ("returned",),
    "approved": ("approved",),
    "released": ("released",),
}


async def item_for(tx: Tx, visit: Visit, act: Act = "read") -> ItemSeen:
    """Give the item of the address, when the visitor may do this with it."""
    seen = await get_item(tx, visit.place("item_id"))
    visit.who.require(act, seen.org.id)
    return seen


async def show_items(visit: Visit) -> web.Response:
    """Show the items that the visitor may see, those changed last first."""
    words, state = one_line(visit.query("q")), visit.query("state")
    wanted = Wanted(
        visit.who.orgs_for("read"),
        _STATES.get(state, ()),
        by=visit.who.person_id if visit.query("mine") else None,
        words=words,
        before=moment_in_link(visit.query("before")),
    )
    async with visit.parts.store.read() as tx:
        lines = await list_desk(tx, wanted, limit=_A_PAGE)
    more = lines[-1].changed_at.isoformat() if len(lines) == _A_PAGE else ""
    return visit.show(
        "items.html", section="items", lines=lines, words=words, state=state, states=tuple(_STATES),
        is_mine=bool(visit.query("mine")), more=more,
    )  # fmt: skip


async def show_item(visit: Visit) -> web.Response:
    """Show one item: what it says, what happened to it, and what the visitor may do with it now."""
    return await item_page(visit)


async def item_page(visit: Visit, error: Exception | None = None) -> web.Response:
    """Show an item, with what was refused of a form on its page; raises what is no refusal."""
    trouble = refusals_of(error)
    if error is not None and not trouble:
        raise error
    async with visit.parts.store.read() as tx:
        seen = await item_for(tx, visit)
        steps = await list_steps(tx, seen.id)
        legs = await rows_of(tx, await list_deliveries(tx, seen.id), seen.org.id, visit.who)
        twin_id = await find_twin(tx, seen.id)
        twin = None if twin_id is None else await get_item(tx, twin_id)
        successor_id = await find_successor(tx, seen.id)
        successor = None if successor_id is None else await get_item(tx, successor_id)
    site = visit.parts.site
    return visit.show(
        "item.html", section="items", seen=seen, steps=steps, legs=legs,
        text=reading_of(seen.revision.body), twin=twin, successor=successor,
        trouble=trouble, trouble_heading="没有更改", typed=visit.fields,
        languages=LANGUAGE_NAMES, fifteen=FIFTEEN,
        column=column_of(site, seen.revision.sheet.column), url=page_url(site.world(seen.practice), seen.id),
        may=frozenset(act for act in ("write", "submit", "approve", "return", "release", "withdraw")
                      if seen.org.id in visit.who.orgs_for(act)),
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/items", show_items, "read"),
    Page("GET", "/console/items/{item_id}", show_item, "read"),
)
