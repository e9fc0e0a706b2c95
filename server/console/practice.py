"""/console/orgs/practice and …/copy: an organ goes into practice and out again; what it wrote is copied."""

from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.console.people import orgs_page
from server.core.copying import copy_as_real
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS
from server.forms.staff import PracticeIn
from server.security.practising import Doors, switch
from server.store.items import get_item

_ORGS: Final = "/console/orgs"


async def take_switch(visit: Visit) -> web.StreamResponse:
    """Put an organ into practice, or let it work for real again."""
    parts, fields = visit.parts, visit.fields
    try:
        form = filled_in(PracticeIn, {"org": fields.get("org"), "practice": fields.get("practice") == "on"})
        doors = Doors(parts.vault, parts.open_channel, parts.new_id)
        await switch(
            parts.store, visit.who, form.org, parts.rehearsal, doors,
            practice=form.practice, at=parts.now(),
        )  # fmt: skip
    except REFUSALS as error:
        return await orgs_page(visit, error)
    return visit.go(_ORGS, done="practice_on" if form.practice else "practice_off")


async def take_copy(visit: Visit) -> web.StreamResponse:
    """Write a real draft from a practice item."""
    parts = visit.parts
    async with parts.store.begin() as tx:
        seen = await get_item(tx, visit.place("item_id"))
        visit.who.require("write", seen.org.id)
        made = await copy_as_real(tx, seen.id, by=visit.who.person_id, at=parts.now(), new_id=parts.new_id)
    return visit.go(f"/console/items/{made.id}", done="copied")


PAGES = (
    Page("POST", f"{_ORGS}/practice", take_switch, "manage_orgs"),
    Page("POST", "/console/items/{item_id}/copy", take_copy, "write"),
)
