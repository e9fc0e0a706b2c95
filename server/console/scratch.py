"""/console/scratch and …/editing: unsaved texts kept for their author, and who else has an item open.

Both answer the script of the editor in JSON. Without it nothing is kept, and the version check still holds.
"""

import re
from typing import Final

from aiohttp import web

from server.console.environment import clock
from server.console.fields import LOGIN_FIELDS, Fields
from server.console.page import Page, Visit, tell
from server.console.typed import Typed
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of, status_of, unkept_by
from server.review.keeping import keep
from server.store.items import get_item
from server.store.scratches import Scratch, delete_scratch, find_scratch
from server.store.tx import StoreAway, Tx

_SLOT: Final = re.compile(r"[0-9A-Za-z]{1,40}")
_OWN: Final = (*LOGIN_FIELDS, "slot", "after", "item")


async def find_kept(tx: Tx, visit: Visit, slot: str) -> Scratch | None:
    """Give what the visitor keeps in a slot; None for nothing, and for what cannot be a slot."""
    if not _SLOT.fullmatch(slot):
        return None
    return await find_scratch(tx, visit.who.person_id, slot)


def typed_in(kept: Scratch) -> Typed:
    """Give a kept text as the fields of the form it was typed in."""
    pairs = tuple((str(name), str(value)) for name, value in kept.fields.get("pairs", ()))
    return Typed.of_fields(Fields(pairs))


def field_of(kept: Scratch | None, name: str) -> str:
    """Give a field of a kept form that is none of the item's own, as the document it was begun for."""
    pairs = () if kept is None else kept.fields.get("pairs", ())
    return next((str(value) for key, value in pairs if key == name), "")


async def take_scratch(visit: Visit) -> web.Response:
    """Keep what the visitor is writing."""
    try:
        kept = await _keep(visit)
    except StoreAway as error:
        words = unkept_by(error)
        return tell({"error": words.title, "code": words.code}, 503)
    except REFUSALS as error:
        found = refusals_of(error)
        return tell({"error": found[0].message, "code": found[0].code}, status_of(found[0]))
    return tell({"serial": kept.serial, "at": clock(kept.saved_at)}, 200)


async def drop_scratch(visit: Visit) -> web.Response:
    """Throw a kept text away."""
    slot, item = visit.fields.get("slot"), visit.fields.get("item")
    async with visit.parts.store.begin() as tx:
        if await find_kept(tx, visit, slot) is not None:
            await delete_scratch(tx, visit.who.person_id, slot)
    return visit.go(f"/console/items/{item}/edit" if _SLOT.fullmatch(item) else "/console", done="dropped")


async def tell_editing(visit: Visit) -> web.Response:
    """Say that the visitor has an item open, and who else has; nobody knows while Redis is away."""
    async with visit.parts.store.read() as tx:
        seen = await get_item(tx, visit.place("item_id"))
    visit.who.require("write", seen.org.id)
    others = await visit.parts.presence.tell(seen.id, visit.who.person_id, visit.who.name)
    told = [f"{one.name} 从 {clock(one.since)} 起" for one in others or ()]
    return tell({"others": told}, 200)


async def leave_editing(visit: Visit) -> web.Response:
    """Say that the visitor has closed an item."""
    await visit.parts.presence.leave(visit.place("item_id"), visit.who.person_id)
    return web.Response(status=204)


async def _keep(visit: Visit) -> Scratch:
    parts, fields, who = visit.parts, visit.fields, visit.who
    slot, after, item = fields.get("slot"), fields.get("after"), fields.get("item")
    if not _SLOT.fullmatch(slot) or not re.fullmatch(r"[0-9]{1,9}", after):
        raise Problem("invalid", "页面不完整，请刷新后再写")
    pairs = [[name, value] for name, value in fields.pairs if name not in _OWN]
    async with parts.store.begin() as tx:
        if item:
            who.require("write", (await get_item(tx, item[:64])).org.id)
        return await keep(
            tx, who.person_id, slot, item or None, Typed.of_fields(fields).base, {"pairs": pairs},
            after=int(after), most_bytes=parts.bounds.body_bytes, at=parts.now(),
        )  # fmt: skip


_EDITING = "/console/items/{item_id}/editing"
PAGES = (
    Page("POST", "/console/scratch", take_scratch, "write"),
    Page("POST", "/console/scratch/drop", drop_scratch, "write"),
    Page("POST", _EDITING, tell_editing, "write"),
    Page("POST", f"{_EDITING}/leave", leave_editing, "write"),
)
