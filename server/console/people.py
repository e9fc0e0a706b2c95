"""/console/people and /console/orgs: who may sign in, with which roles where; and the organs."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.core.office import add_org
from server.core.organs import get_org
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS, refusals_of
from server.forms.staff import OrgIn, PersonIn, PersonRoleIn
from server.security.passwords import hash_password
from server.security.second_factor import reset_factor
from server.security.staff import (
    admit,
    give_password,
    give_role,
    let_in,
    person_called,
    require_managed,
    shut_out,
    take_role,
)
from server.store.factors import list_factored
from server.store.orgs import OrgRow, list_orgs
from server.store.people import PersonRow, list_grants_of, list_people
from server.store.tx import Tx

_PEOPLE: Final = "/console/people"
_ORGS: Final = "/console/orgs"
ROLES: Final = {
    "author": "信息员（写稿、送审、登记）",
    "reviewer": "审核人（审核、退回）",
    "chief": "负责人（审核、发布、撤回、登记）",
    "reporter": "统计员（查看统计）",
    "admin": "管理员（管理机构、人员、账号）",
}


async def show_people(visit: Visit) -> web.StreamResponse:
    """Show the people with a role where the visitor manages people."""
    return await _shown(visit)


async def add_person(visit: Visit) -> web.StreamResponse:
    """Write a new person with a first role."""
    parts, fields = visit.parts, visit.fields
    try:
        grant = {"org": fields.get("org"), "role": fields.get("role")}
        told = {name: fields.get(name) for name in ("login", "name", "password")}
        form = filled_in(PersonIn, {**told, "grants": [grant]})
        password_hash = await hash_password(form.password, login=form.login)
        row = PersonRow(parts.new_id(), form.login, form.name, password_hash, disabled_at=None)
        async with parts.store.begin() as tx:
            org = await _managed_org(tx, visit, form.grants[0].org)
            await admit(tx, row, [(org, form.grants[0].role)], at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PEOPLE, done="created")


async def grant_role(visit: Visit) -> web.StreamResponse:
    """Give a person a role."""
    at = visit.parts.now()

    async def act(tx: Tx, person: PersonRow, form: PersonRoleIn, org: OrgRow) -> None:
        await give_role(tx, person, org, form.role, at=at)

    return await _change_role(visit, act)


async def revoke_role(visit: Visit) -> web.StreamResponse:
    """Take a role from a person."""
    by, at = visit.who.person_id, visit.parts.now()

    async def act(tx: Tx, person: PersonRow, form: PersonRoleIn, org: OrgRow) -> None:
        await take_role(tx, person, org, form.role, by=by, at=at)

    return await _change_role(visit, act)


async def disable_person(visit: Visit) -> web.StreamResponse:
    """Shut a person out."""
    by, at = visit.who.person_id, visit.parts.now()
    return await _change_person(visit, lambda tx, person: shut_out(tx, person, by=by, at=at))


async def enable_person(visit: Visit) -> web.StreamResponse:
    """Let a person in again."""
    at = visit.parts.now()
    return await _change_person(visit, lambda tx, person: let_in(tx, person, at=at))


async def reset_password(visit: Visit) -> web.StreamResponse:
    """Give a person another password; all his sessions end."""
    at = visit.parts.now()
    try:
        login = visit.fields.get("login")[:64]
        password_hash = await hash_password(visit.fields.get("password")[:200], login=login)
    except REFUSALS as error:
        return await _shown(visit, error)
    return await _change_person(
        visit, lambda tx, person: give_password(tx, person, password_hash, keep=None, at=at)
    )


async def clear_factor(visit: Visit) -> web.StreamResponse:
    """Take a person's second step away, because his phone is gone; all his sessions end."""
    by, at = visit.who.person_id, visit.parts.now()
    return await _change_person(visit, lambda tx, person: reset_factor(tx, person, by=by, at=at))


async def show_orgs(visit: Visit) -> web.StreamResponse:
    """Show the organs that the visitor reaches."""
    return await orgs_page(visit)


async def take_org(visit: Visit) -> web.StreamResponse:
    """Write a new organ below one that the visitor manages."""
    parts = visit.parts
    try:
        form = filled_in(OrgIn, {name: visit.fields.get(name) for name in ("code", "name", "parent")})
        async with parts.store.begin() as tx:
            parent = await get_org(tx, form.parent, field="parent")
            visit.who.require("manage_orgs", parent.id)
            row = OrgRow(parts.new_id(), form.code, form.name, parent.id)
            await add_org(tx, row, at=parts.now())
    except REFUSALS as error:
        return await orgs_page(visit, error)
    return visit.go(_ORGS, done="created")


async def _change_role(
    visit: Visit, act: Callable[[Tx, PersonRow, PersonRoleIn, OrgRow], Awaitable[None]]
) -> web.StreamResponse:
    try:
        told = {name: visit.fields.get(name) for name in ("login", "org", "role")}
        form = filled_in(PersonRoleIn, told)
        async with visit.parts.store.begin() as tx:
            person = await person_called(tx, form.login)
            await act(tx, person, form, await _managed_org(tx, visit, form.org))
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PEOPLE, done="changed")


async def _change_person(
    visit: Visit, act: Callable[[Tx, PersonRow], Awaitable[object]]
) -> web.StreamResponse:
    try:
        async with visit.parts.store.begin() as tx:
            person = await person_called(tx, visit.fields.get("login")[:64])
            await require_managed(tx, visit.who, person)
            await act(tx, person)
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PEOPLE, done="changed")


async def _managed_org(tx: Tx, visit: Visit, code: str) -> OrgRow:
    org = await get_org(tx, code, field="org")
    # Nobody gives away what he does not manage himself.
    visit.who.require("manage_people", org.id)
    return org


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    managed = visit.who.orgs_for("manage_people")
    async with visit.parts.store.read() as tx:
        rows = await list_people(tx, managed)
        grants = await list_grants_of(tx, [row.id for row in rows])
        factored = await list_factored(tx, grants)
        orgs = await list_orgs(tx, managed)
    trouble = refusals_of(error)
    return visit.show(
        "people.html", section="people", people=[(row, grants[row.id]) for row in rows],
        factored=factored, orgs=orgs, roles=ROLES, managed=managed,
        org_names={one.code: one.name for one in orgs}, typed=visit.fields, trouble=trouble,
        trouble_heading="没有更改",
    )  # fmt: skip


async def orgs_page(visit: Visit, error: Exception | None = None) -> web.Response:
    """Show the organs that the visitor manages, with what was refused."""
    managed = visit.who.orgs_for("manage_orgs")
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, managed)
    trouble = refusals_of(error)
    return visit.show(
        "orgs.html", section="orgs", orgs=orgs, names={one.id: one.name for one in orgs}, typed=visit.fields,
        platforms=visit.parts.rehearsal.stage,
        trouble=trouble, trouble_heading="没有更改",
    )  # fmt: skip


PAGES = (
    Page("GET", _PEOPLE, show_people, "manage_people"),
    Page("POST", _PEOPLE, add_person, "manage_people"),
    Page("POST", f"{_PEOPLE}/grant", grant_role, "manage_people"),
    Page("POST", f"{_PEOPLE}/revoke", revoke_role, "manage_people"),
    Page("POST", f"{_PEOPLE}/disable", disable_person, "manage_people"),
    Page("POST", f"{_PEOPLE}/enable", enable_person, "manage_people"),
    Page("POST", f"{_PEOPLE}/password", reset_password, "manage_people"),
    Page("POST", f"{_PEOPLE}/factor", clear_factor, "manage_people"),
    Page("GET", _ORGS, show_orgs, "manage_orgs"),
    Page("POST", _ORGS, take_org, "manage_orgs"),
)
