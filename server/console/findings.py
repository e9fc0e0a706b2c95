"""…/waivers and …/mend: a person answers for what the checks found, or lets it be put right."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from server.console.checking import check_page
from server.console.items import item_for
from server.console.page import Page, Visit
from server.core.draft import revise_item
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.findings import MendIn, WaiverIn
from server.forms.refusals import REFUSALS, refusals_of
from server.importing.files import find_pictures
from server.importing.html import read_body
from server.review.mending import mend
from server.review.waiving import second, waive

_Step = Callable[[Visit], Awaitable[None]]


async def take_waiver(visit: Visit) -> web.Response:
    """Let a person answer for a finding."""
    return await _carried_out(visit, _waive, "waived")


async def take_second(visit: Visit) -> web.Response:
    """Let a second person stand by a waiver."""
    return await _carried_out(visit, _second, "waived")


async def take_mending(visit: Visit) -> web.Response:
    """Write the next version with what findings suggest."""
    return await _carried_out(visit, _mend, "saved")


async def _carried_out(visit: Visit, step: _Step, done: str) -> web.Response:
    try:
        await step(visit)
    except REFUSALS as error:
        return await check_page(visit, trouble=refusals_of(error))
    return visit.back(f"/console/items/{visit.place('item_id')}/check", done=done)


async def _waive(visit: Visit) -> None:
    parts, by = visit.parts, visit.who.person_id
    names = ("finding", "reason")
    form = filled_in(WaiverIn, {name: visit.fields.get(name) for name in names})
    checked = await parts.examiner.check_item(visit.place("item_id"), at=parts.now())
    async with parts.store.begin() as tx:
        await item_for(tx, visit, "waive")
        await waive(tx, checked, form.finding, form.reason, by=by, at=parts.now(), new_id=parts.new_id)


async def _second(visit: Visit) -> None:
    parts = visit.parts
    async with parts.store.begin() as tx:
        item = await item_for(tx, visit, "approve")
        await second(tx, item.id, visit.place("waiver_id"), by=visit.who.person_id, at=parts.now())


async def _mend(visit: Visit) -> None:
    parts = visit.parts
    form = filled_in(MendIn, {"findings": list(visit.fields.all("finding"))})
    async with parts.store.read() as tx:
        await item_for(tx, visit, "write")
    checked = await parts.examiner.check_item(visit.place("item_id"), at=parts.now())
    known = {one.key: one for one in checked.findings}
    if any(key not in known for key in form.findings):
        raise Problem("unknown_finding", "有的检查意见已不存在，请重新检查", field="findings")
    draft = mend(checked.item, [known[key] for key in form.findings])
    body = await read_body(draft.body_html)
    async with parts.store.begin() as tx:
        pictures = await find_pictures(tx, body.pictures, visit.who.sight)
        await revise_item(
            tx, checked.item.id, draft.with_body(body.html, pictures), by=visit.who.person_id,
            at=parts.now(), new_id=parts.new_id, base=checked.item.revision.number,
        )  # fmt: skip


_ONE = "/console/items/{item_id}"
PAGES = (
    Page("POST", f"{_ONE}/waivers", take_waiver, "waive"),
    Page("POST", f"{_ONE}/waivers/{{waiver_id}}/second", take_second, "approve"),
    Page("POST", f"{_ONE}/mend", take_mending, "write"),
)
