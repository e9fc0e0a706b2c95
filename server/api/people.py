"""/api/v1/people: who may sign in, and with which roles where."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.organs import get_org
from server.forms.words import Filled, Form, Login, OrgCode, Out
from server.parts import PARTS
from server.security.passwords import hash_password
from server.store.people import Grant, PersonRow, Role, insert_person, list_grants, list_people, put_grant
from server.store.tx import Tx


class GrantIn(Form):
    """A role at an organ and everything below it."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    role: Annotated[Role, Field(title="角色")]


class PersonIn(Form):
    """A new person. The password never comes back."""

    login: Annotated[Login, Field(title="登录名")]
    name: Annotated[Filled, Field(title="姓名", max_length=60)]
    password: Annotated[str, Field(title="口令", max_length=128, repr=False)]
    grants: Annotated[tuple[GrantIn, ...], Field(title="角色", min_length=1, max_length=50)]


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
        people = [PersonOut.of(row, await list_grants(tx, row.id)) for row in rows]
    return answer(PeopleOut(people=tuple(people)))


async def create_person(request: web.Request) -> web.Response:
    """Write a new person with roles at organs that the caller manages."""
    parts, form = request.config_dict[PARTS], await form_of(request, PersonIn)
    password_hash = await hash_password(form.password, login=form.login)
    row = PersonRow(parts.new_id(), form.login, form.name, password_hash, disabled_at=None)
    async with parts.store.begin() as tx:
        await insert_person(tx, row, at=parts.now())
        await _put_grants(tx, request, row, form.grants)
        made = PersonOut.of(row, await list_grants(tx, row.id))
    return answer(made, 201)


async def _put_grants(tx: Tx, request: web.Request, row: PersonRow, grants: tuple[GrantIn, ...]) -> None:
    for place, grant in enumerate(grants):
        org = await get_org(tx, grant.org, field=f"grants.{place}.org")
        # Nobody gives away what he does not manage himself.
        signed_in(request).require("manage_people", org.id)
        await put_grant(tx, row.id, org.id, grant.role)


ROUTES = (
    Route("GET", "/api/v1/people", list_managed, "我管理的人员", "manage_people", answer=PeopleOut),
    Route(
        "POST", "/api/v1/people", create_person, "添加人员", "manage_people",
        form=PersonIn, answer=PersonOut, status=201,
    ),
)  # fmt: skip
