"""/console/templates: to which accounts each kind of item of an organ goes unless somebody says otherwise."""

from dataclasses import dataclass
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
from server.forms.orders import TemplateIn
from server.forms.refusals import REFUSALS, refusals_of, status_of
from server.store.accounts import list_accounts_in
from server.store.levels import ANY_KIND
from server.store.orgs import OrgRow, ancestor_ids, list_orgs
from server.store.templates import Standing, find_standing, list_templates
from server.store.tx import Tx

_PATH: Final = "/console/templates"
_KINDS: Final = {ANY_KIND: "所有种类", **{str(kind): name for kind, name in KIND_NAMES.items()}}


@dataclass(frozen=True, slots=True)
class Line:
    """A kind with what the organ itself has ticked and, where that is nothing, what holds instead."""

    kind: str
    name: str
    ticked: tuple[str, ...]
    standing: Standing | None


async def show_templates(visit: Visit) -> web.Response:
    """Show the templates of one organ of the visitor's."""
    return await _page(visit, visit.query("org"))


async def take_template(visit: Visit) -> web.Response:
    """Set the accounts of an organ for a kind; none at all: what stands above it holds again."""
    parts, fields = visit.parts, visit.fields
    told = {"org": fields.get("org"), "kind": fields.get("kind"), "accounts": list(fields.all("accounts"))}
    try:
        form = filled_in(TemplateIn, told)
        async with parts.store.begin() as tx:
            org = await get_org(tx, form.org, field="org")
            visit.who.require("manage_accounts", org.id)
            await tick(tx, org.id, form.kind, form.accounts, at=parts.now())
    except REFUSALS as error:
        found = refusals_of(error)
        if found is None:
            raise
        return await _page(visit, fields.get("org"), trouble=found)
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
        by_channel=tuple((name, tuple(rows)) for name, rows in groupby(accounts, lambda one: one.channel)),
        account_names={one.slug: one.name for one in accounts}, org_names={one.id: one.name for one in above},
        trouble=trouble, trouble_heading="没有更改", status=status_of(trouble[0]) if trouble else 200,
    )  # fmt: skip


async def _lines(tx: Tx, visit: Visit, org: OrgRow) -> tuple[Line, ...]:
    """Give a line for each kind; the one that was just posted and refused keeps what was ticked."""
    own = await list_templates(tx, org.id)
    found = [
        Line(kind, name, own.get(kind, ()), None if kind in own else await find_standing(tx, org.id, kind))
        for kind, name in _KINDS.items()
    ]
    posted = visit.fields.get("kind")
    return tuple(
        Line(one.kind, one.name, visit.fields.all("accounts"), one.standing) if one.kind == posted else one
        for one in found
    )


PAGES = (
    Page("GET", _PATH, show_templates, "manage_accounts"),
    Page("POST", _PATH, take_template, "manage_accounts"),
)
