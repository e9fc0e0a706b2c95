"""/console/items/{item_id}/notice-end: until when a notice is shown in full, and what becomes of it then."""

from typing import Final

from aiohttp import web

from server.console.items import item_for
from server.console.moments import read_moment
from server.console.page import Page, Visit
from server.core.notices import show_until
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.store.notices import Then, find_notice_end

_PATH: Final = "/console/items/{item_id}/notice-end"
_THEN: Final[dict[str, Then]] = {"keep": "keep", "remove": "remove"}


async def show_notice_end(visit: Visit) -> web.StreamResponse:
    """Show the form."""
    return await _shown(visit)


async def take_notice_end(visit: Visit) -> web.StreamResponse:
    """Set the end of a notice."""
    parts, fields = visit.parts, visit.fields
    try:
        ends_at = read_moment(fields.get("ends_at"), "ends_at", "公示期结束")
        then = _THEN.get(fields.get("then"))
        if ends_at is None:
            raise Problem("invalid", "请填写公示期结束的时间", field="ends_at")
        if then is None:
            raise Problem("invalid", "请选择公示期满后怎样处理", field="then")
        async with parts.store.begin() as tx:
            seen = await item_for(tx, visit, "release")
            await show_until(tx, seen, ends_at, then, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/items/{seen.id}/notice-end", done="recorded")


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        seen = await item_for(tx, visit, "release")
        end = await find_notice_end(tx, seen.id)
    trouble = refusals_of(error)
    return visit.show(
        "notice.html", section="items", seen=seen, end=end, typed=visit.fields, trouble=trouble,
        trouble_heading="没有设置",
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_notice_end, "release"),
    Page("POST", _PATH, take_notice_end, "release"),
)
