"""/console/levels: how many levels an organ's review has, for every kind or for one."""

from typing import Final

from aiohttp import web

from channels.item import KIND_NAMES
from server.console.page import Page, Visit
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS, refusals_of
from server.forms.reviews import LevelsIn
from server.review.levels import MOST_LEVELS, ROLE_NAMES, set_levels
from server.store.levels import list_levels
from server.store.orgs import list_orgs

_KINDS: Final = {"any": "所有种类", **{str(kind): name for kind, name in KIND_NAMES.items()}}


async def show_levels(visit: Visit) -> web.Response:
    """Show what the visitor's organs have set."""
    return await _page(visit)


async def take_levels(visit: Visit) -> web.Response:
    """Set the levels of an organ for a kind; none at all: those of the organ above hold."""
    parts, fields = visit.parts, visit.fields
    named = zip(fields.all("name"), fields.all("role"), strict=False)
    told = [{"name": name, "role": role} for name, role in named if name.strip()]
    try:
        form = filled_in(LevelsIn, {"org": fields.get("org"), "kind": fields.get("kind"), "levels": told})
        async with parts.store.begin() as tx:
            org = await get_org(tx, form.org, field="org")
            visit.who.require("manage_people", org.id)
            wanted = [(one.role, one.name) for one in form.levels]
            await set_levels(tx, org.id, form.kind, wanted, at=parts.now())
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.go("/console/levels", done="changed")


async def _page(visit: Visit, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, visit.who.orgs_for("manage_people"))
        seen = await list_levels(tx, frozenset(org.id for org in orgs))
    own = [(org, tuple(one for one in seen if one.org_id == org.id)) for org in orgs]
    return visit.show(
        "levels.html", section="levels", trouble=trouble, trouble_heading="没有更改",
        orgs=orgs, own=own, kinds=_KINDS, roles=ROLE_NAMES, most=MOST_LEVELS, fields=visit.fields,
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/levels", show_levels, "manage_people"),
    Page("POST", "/console/levels", take_levels, "manage_people"),
)
