"""/api/v1/orgs: the organs that publish."""

from aiohttp import web

from channels.item import Org
from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.office import add_org
from server.core.organs import get_org
from server.forms.staff import OrgIn, PracticeIn
from server.forms.words import Out
from server.parts import PARTS
from server.security.practising import Doors, switch
from server.store.orgs import OrgRow, list_orgs


class OrgOut(Out):
    """机构."""

    code: str
    name: str
    practice: bool = False  # 演练

    @classmethod
    def of(cls, org: OrgRow | Org) -> "OrgOut":
        """Give an organ as the API shows it."""
        return cls(
            code=org.code,
            name=org.name,
            practice=isinstance(org, OrgRow) and org.practice_since is not None,
        )


class OrgsOut(Out):
    """机构, by code."""

    orgs: tuple[OrgOut, ...]


async def list_mine(request: web.Request) -> web.Response:
    """Give the organs that the caller reaches with any role."""
    ids = frozenset(org_id for _role, org_id in signed_in(request).reach)
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_orgs(tx, ids)
    return answer(OrgsOut(orgs=tuple(OrgOut.of(row) for row in rows)))


async def create_org(request: web.Request) -> web.Response:
    """Write a new organ."""
    parts, form = request.config_dict[PARTS], await form_of(request, OrgIn)
    async with parts.store.begin() as tx:
        parent = await get_org(tx, form.parent, field="parent")
        signed_in(request).require("manage_orgs", parent.id)
        row = OrgRow(parts.new_id(), form.code, form.name, parent.id)
        await add_org(tx, row, at=parts.now())
    return answer(OrgOut.of(row), 201)


async def switch_practice(request: web.Request) -> web.Response:
    """Put an organ into practice, or let it work for real again."""
    parts, form = request.config_dict[PARTS], await form_of(request, PracticeIn)
    doors = Doors(parts.vault, parts.open_channel, parts.new_id)
    changed = await switch(
        parts.store, signed_in(request), form.org, parts.rehearsal, doors,
        practice=form.practice, at=parts.now(),
    )  # fmt: skip
    return answer(OrgOut.of(changed))


ROUTES = (
    Route("GET", "/api/v1/orgs", list_mine, "我能看到的机构", "signed_in", answer=OrgsOut),
    Route(
        "POST", "/api/v1/orgs", create_org, "添加下级机构", "manage_orgs",
        form=OrgIn, answer=OrgOut, status=201,
    ),
    Route(
        "POST", "/api/v1/orgs/practice", switch_practice, "开始或结束演练", "manage_orgs",
        form=PracticeIn, answer=OrgOut,
    ),
)  # fmt: skip
