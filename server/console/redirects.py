"""/console/redirects: addresses of this site that lead elsewhere now."""

from typing import Final

from aiohttp import web

from channels.characters import one_line
from server.console.page import Page, Visit
from server.core.moves import LONGEST, forget_address, move_address
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.security.office_wide import refuse_for_office
from server.store.moves import list_moves

_A_PAGE: Final = 100


async def show_redirects(visit: Visit) -> web.Response:
    """Show the table, in the order of addresses."""
    return await _page(visit)


async def take_redirect(visit: Visit) -> web.Response:
    """Let an address lead elsewhere."""
    address, target = (one_line(visit.fields.get(name))[: LONGEST + 1] for name in ("address", "target"))
    try:
        async with visit.parts.store.begin() as tx:
            await move_address(tx, address, target, at=visit.parts.now())
    except REFUSALS as error:
        return await _page(visit, address, target, trouble=refusals_of(error))
    return visit.back("/console/redirects", done="changed")


async def drop_redirect(visit: Visit) -> web.Response:
    """Let an address lead nowhere any more."""
    async with visit.parts.store.begin() as tx:
        await forget_address(tx, one_line(visit.fields.get("address")), at=visit.parts.now())
    return visit.back("/console/redirects", done="changed")


async def _page(
    visit: Visit, address: str = "", target: str = "", *, trouble: tuple[Problem, ...] = ()
) -> web.Response:
    async with visit.parts.store.read() as tx:
        moves = await list_moves(tx, visit.query("after"), _A_PAGE + 1)
        only_office = await refuse_for_office(tx, visit.who, "manage_redirects")
    return visit.show(
        "redirects.html", section="redirects", trouble=trouble, trouble_heading="没有更改",
        moves=moves[:_A_PAGE], more=moves[_A_PAGE - 1].address if len(moves) > _A_PAGE else "",
        address=address, target=target, only_office=only_office,
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/redirects", show_redirects, "manage_redirects"),
    Page("POST", "/console/redirects", take_redirect, "manage_redirects"),
    Page("POST", "/console/redirects/drop", drop_redirect, "manage_redirects"),
)
