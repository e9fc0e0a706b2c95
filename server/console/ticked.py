"""/console/templates: to which accounts items of an organ go, by kind and column, unless somebody differs."""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from aiohttp import web

from channels.item import KIND_NAMES
from server.console.page import Page, Visit
from server.console.rows import CHANNEL_ORDER
from server.core.organs import get_org
from server.core.problems import Problem
from server.core.ticked import reachable_ids, tick
from server.forms.complaints import filled_in
from server.forms.drafts import template_column
from server.forms.orders import TemplateIn
from server.forms.refusals import REFUSALS, refusals_of
from server.store.accounts import list_accounts_in
from server.store.levels import ANY_KIND
from server.store.orgs import OrgRow, ancestor_ids, list_orgs
from server.store.templates import Reach, Standing, find_standing, list_templates
from server.store.tx import Tx

_PATH: Final = "/console/templates"
_KINDS: Final = {ANY_KIND: "所有种类", **{str(kind): name for kind, name in KIND_NAMES.items()}}


@dataclass(frozen=True, slots=True)
class Line:
    """A kind, in every column ("") or in one, with what the organ itself has ticked.

    Where that is nothing, `standing` is what holds instead.
    """

    kind: str
    column: str
    name: str
    ticked: tuple[str, ...]
    standing: Standing | None


async def show_templates(visit: Visit) -> web.Response:
    """Show the templates of one organ of the visitor's."""
    return await _page(visit, visit.query("org"))


async def take_template(visit: Visit) -> web.Response:
    """Set the accounts of an organ for some items; none at all: what is wider or stands above holds again."""
    parts, fields = visit.parts, visit.fields
    told = {
        "org": fields.get("org"), "kind": fields.get("kind"), "column": fields.get("column") or None,
        "accounts": list(fields.all("accounts")),
    }  # fmt: skip
    try:
        form = filled_in(TemplateIn, told)
        async with parts.store.begin() as tx:
            org = await get_org(tx, form.org, field="org")
            visit.who.require("manage_accounts", org.id)
            own = await list_templates(tx, org.id)
            column = template_column(parts.site, form.column, own)
            await tick(tx, org.id, Reach(column, form.kind), form.accounts, at=parts.now())
    except REFUSALS as error:
        return await _page(visit, fields.get("org"), trouble=refusals_of(error))
    return visit.go(_PATH, done="changed", org=form.org)


async def _page(visit: Visit, code: str, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, visit.who.orgs_for("manage_accounts"))
        org = next((one for one in orgs if one.code == code), orgs[0])
        accounts = sorted(
            await list_accounts_in(tx, await reachable_ids(tx, org.id), practice=False),
            key=lambda one: (CHANNEL_ORDER.index(one.channel), one.slug),
        )
        lines = await _lines(tx, visit, org)
        above = await list_orgs(tx, await ancestor_ids(tx, org.id))
    return visit.show(
        "templates.html", section="templates", orgs=orgs, org=org, lines=lines, kinds=_KINDS,
        columns=tuple((one.slug, one.name) for one in visit.parts.site.columns if one.is_open),
        column_name=visit.parts.site.column_name, typed=visit.fields,
        by_channel=tuple((name, tuple(rows)) for name, rows in groupby(accounts, lambda one: one.channel)),
        account_names={one.slug: one.name for one in accounts}, org_names={one.id: one.name for one in above},
        trouble=trouble, trouble_heading="没有更改",
    )  # fmt: skip


async def _lines(tx: Tx, visit: Visit, org: OrgRow) -> tuple[Line, ...]:
    """Give a line for each kind; the one that was just posted and refused keeps what was ticked."""
    own = await list_templates(tx, org.id)
    reaches = [Reach("", kind) for kind in _KINDS] + sorted(reach for reach in own if reach.column)
    found = []
    for reach in reaches:
        name, ticked = _name(visit, reach), own.get(reach, ())
        standing = None if ticked else await find_standing(tx, org.id, reach.kind, reach.column)
        found.append(Line(reach.kind, reach.column, name, ticked, standing))
    posted = (visit.fields.get("kind"), visit.fields.get("column"))
    return tuple(
        replace(one, ticked=visit.fields.all("accounts")) if (one.kind, one.column) == posted else one
        for one in found
    )


def _name(visit: Visit, reach: Reach) -> str:
    if not reach.column:
        return _KINDS[reach.kind]
    column = f"栏目“{visit.parts.site.column_name(reach.column)}”"
    return column if reach.kind == ANY_KIND else f"{column}的{_KINDS[reach.kind]}"


PAGES = (
    Page("GET", _PATH, show_templates, "manage_accounts"),
    Page("POST", _PATH, take_template, "manage_accounts"),
)
