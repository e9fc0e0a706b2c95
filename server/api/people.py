"""/api/v1/people: who may sign in, and with which roles where."""

from aiohttp import web

from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.organs import get_org
from server.forms.staff import GrantIn, PersonIn, PersonRoleIn, ResetIn, WhoIn
from server.forms.words import Out
from server.parts import PARTS
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
from server.store.orgs import OrgRow
from server.store.people import Grant, PersonRow, Role, list_grants, list_grants_of, list_people
from server.store.tx import Tx


class GrantOut(Out):
    """A role at an organ."""

    org: str
    role: Role


class PersonOut(Out):
    """人员."""

    login: str
    name: str
    is_disabled: bool
    grants: tuple[GrantOut, ...]

    @classmethod
    def of(cls, row: PersonRow, grants: tuple[Grant, ...]) -> "PersonOut":
        """Give a person as the API shows him."""
        held = tuple(GrantOut(org=grant.org_code, role=grant.role) for grant in grants)
        return cls(login=row.login, name=row.name, is_disabled=row.disabled_at is not None, grants=held)


class PeopleOut(Out):
    """人员, by login."""

    people: tuple[PersonOut, ...]


async def list_managed(request: web.Request) -> web.Response:
    """Give the people with a role at an organ that the caller manages."""
    ids = signed_in(request).orgs_for("manage_people")
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_people(tx, ids)
        grants = await list_grants_of(tx, [row.id for row in rows])
    return answer(PeopleOut(people=tuple(PersonOut.of(row, grants[row.id]) for row in rows)))


async def create_person(request: web.Request) -> web.Response:
    """Write a new person with roles at organs that the caller manages."""
    parts, form = request.config_dict[PARTS], await form_of(request, PersonIn)
    password_hash = await hash_password(form.password, login=form.login)
    row = PersonRow(parts.new_id(), form.login, form.name, password_hash, disabled_at=None)
    async with parts.store.begin() as tx:
        await admit(tx, row, await _roles(tx, request, form.grants), at=parts.now())
        made = PersonOut.of(row, await list_grants(tx, row.id))
    return answer(made, 201)


async def grant_role(request: web.Request) -> web.Response:
    """Give a person a role at an organ that the caller manages."""
    parts, form = request.config_dict[PARTS], await form_of(request, PersonRoleIn)
    async with parts.store.begin() as tx:
        person = await person_called(tx, form.login)
        ((org, role),) = await _roles(tx, request, (GrantIn(org=form.org, role=form.role),), place="org")
        await give_role(tx, person, org, role, at=parts.now())
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(told)


async def revoke_role(request: web.Request) -> web.Response:
    """Take a role from a person at an organ that the caller manages."""
    parts, form = request.config_dict[PARTS], await form_of(request, PersonRoleIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        person = await person_called(tx, form.login)
        ((org, role),) = await _roles(tx, request, (GrantIn(org=form.org, role=form.role),), place="org")
        await take_role(tx, person, org, role, by=by, at=parts.now())
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(told)


async def disable_person(request: web.Request) -> web.Response:
    """Shut a person out; all his tokens end."""
    parts, form = request.config_dict[PARTS], await form_of(request, WhoIn)
    async with parts.store.begin() as tx:
        person = await _managed(tx, request, form.login)
        person = await shut_out(tx, person, by=signed_in(request).person_id, at=parts.now())
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(told)


async def enable_person(request: web.Request) -> web.Response:
    """Let a person in again."""
    parts, form = request.config_dict[PARTS], await form_of(request, WhoIn)
    async with parts.store.begin() as tx:
        person = await let_in(tx, await _managed(tx, request, form.login), at=parts.now())
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(told)


async def reset_password(request: web.Request) -> web.Response:
    """Give a person another password; all his sessions end."""
    parts, form = request.config_dict[PARTS], await form_of(request, ResetIn)
    password_hash = await hash_password(form.password, login=form.login)
    async with parts.store.begin() as tx:
        person = await _managed(tx, request, form.login)
        await give_password(tx, person, password_hash, keep=None, at=parts.now())
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(told)


async def clear_factor(request: web.Request) -> web.Response:
    """Take a person's second step away, because his phone is gone; all his sessions end."""
    parts, form = request.config_dict[PARTS], await form_of(request, WhoIn)
    async with parts.store.begin() as tx:
        person = await _managed(tx, request, form.login)
        await reset_factor(tx, person, by=signed_in(request).person_id, at=parts.now())
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(told)


async def _managed(tx: Tx, request: web.Request, login: str) -> PersonRow:
    person = await person_called(tx, login)
    await require_managed(tx, signed_in(request), person)
    return person


async def _roles(
    tx: Tx, request: web.Request, grants: tuple[GrantIn, ...], place: str = ""
) -> list[tuple[OrgRow, Role]]:
    roles = []
    for number, grant in enumerate(grants):
        org = await get_org(tx, grant.org, field=place or f"grants.{number}.org")
        # Nobody gives away what he does not manage himself.
        signed_in(request).require("manage_people", org.id)
        roles.append((org, grant.role))
    return roles


_PEOPLE = "/api/v1/people"
ROUTES = (
    Route("GET", _PEOPLE, list_managed, "我管理的人员", "manage_people", answer=PeopleOut),
    Route(
        "POST", _PEOPLE, create_person, "添加人员", "manage_people",
        form=PersonIn, answer=PersonOut, status=201,
    ),
    Route(
        "POST", f"{_PEOPLE}/grant", grant_role, "授予角色", "manage_people",
        form=PersonRoleIn, answer=PersonOut,
    ),
    Route(
        "POST", f"{_PEOPLE}/revoke", revoke_role, "收回角色", "manage_people",
        form=PersonRoleIn, answer=PersonOut,
    ),
    Route(
        "POST", f"{_PEOPLE}/disable", disable_person, "停用人员", "manage_people",
        form=WhoIn, answer=PersonOut,
    ),
    Route(
        "POST", f"{_PEOPLE}/enable", enable_person, "恢复人员", "manage_people",
        form=WhoIn, answer=PersonOut,
    ),
    Route(
        "POST", f"{_PEOPLE}/password", reset_password, "重设口令", "manage_people",
        form=ResetIn, answer=PersonOut,
    ),
    Route(
        "POST", f"{_PEOPLE}/factor", clear_factor, "重置两步验证", "manage_people",
        form=WhoIn, answer=PersonOut,
    ),
)  # fmt: skip
