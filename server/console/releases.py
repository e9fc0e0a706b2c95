"""/console/releases: what was released, how each account stands, and what can still be changed about it."""

from typing import Final

from aiohttp import web

from server.console.moments import moment_in_link, read_moment
from server.console.page import Page, Visit
from server.console.rows import read_board
from server.core.expedite import expedite
from server.core.problems import Problem
from server.core.reschedule import reschedule
from server.forms.complaints import filled_in
from server.forms.orders import UrgentIn
from server.forms.refusals import REFUSALS, refusals_of
from server.store.emergencies import find_open_emergency
from server.store.items import ItemSeen, get_item_at
from server.store.release_lines import list_release_lines
from server.store.releases import ReleaseRow, get_release
from server.store.templates import list_left_out
from server.store.tx import Tx

_A_PAGE: Final = 40
_PATH: Final = "/console/releases/{release_id}"


async def show_releases(visit: Visit) -> web.Response:
    """Show the releases of the visitor's organs, newest first."""
    async with visit.parts.store.read() as tx:
        lines = await list_release_lines(
            tx, visit.who.orgs_for("read"), before=moment_in_link(visit.query("before")), limit=_A_PAGE
        )
    more = lines[-1].created_at.isoformat() if len(lines) == _A_PAGE else ""
    return visit.show("releases.html", section="releases", lines=lines, more=more)


async def show_release(visit: Visit) -> web.Response:
    """Show a release with a row for each account."""
    return await _shown(visit)


async def take_reschedule(visit: Visit) -> web.StreamResponse:
    """Move a planned release to another time; an empty field means at once."""
    parts = visit.parts
    try:
        moment = read_moment(visit.fields.get("not_before"), "not_before", "发布时间")
        async with parts.store.begin() as tx:
            row, _seen = await _releasable(tx, visit)
            await reschedule(tx, row.item_id, moment, parts.calendar, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/releases/{row.id}", done="rescheduled")


async def take_expedite(visit: Visit) -> web.StreamResponse:
    """Let a planned release go at once, whatever the hours of the accounts."""
    parts = visit.parts
    try:
        form = filled_in(UrgentIn, {"reason": visit.fields.get("reason")})
        async with parts.store.begin() as tx:
            row, _seen = await _releasable(tx, visit)
            await expedite(
                tx, row.item_id, form.reason, parts.calendar, by=visit.who.person_id, at=parts.now()
            )
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(f"/console/releases/{row.id}", done="rescheduled")


async def _releasable(tx: Tx, visit: Visit) -> tuple[ReleaseRow, ItemSeen]:
    row, seen = await _release(tx, visit)
    visit.who.require("release", seen.org.id)
    if row.state not in ("planned", "live"):
        raise Problem("wrong_state", "这次发布已被新的发布取代或者已经撤回，不能再改")
    return row, seen


async def _release(tx: Tx, visit: Visit) -> tuple[ReleaseRow, ItemSeen]:
    row = await get_release(tx, visit.place("release_id"))
    seen = await get_item_at(tx, row.revision_id)
    visit.who.require("read", seen.org.id)
    return row, seen


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        row, seen = await _release(tx, visit)
        board = await read_board(tx, row, seen.org.id, visit.who)
        left_out = await list_left_out(tx, row.id)
        found = await find_open_emergency(tx, row.item_id)
    trouble = refusals_of(error)
    return visit.show(
        "release.html", section="releases", row=row, seen=seen, board=board, left_out=left_out,
        early=found if found is not None and found.release_id == row.id else None,
        trouble=trouble, typed=visit.fields, now=visit.parts.now(), trouble_heading="没有更改",
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/releases", show_releases, "read"),
    Page("GET", _PATH, show_release, "read"),
    Page("POST", f"{_PATH}/reschedule", take_reschedule, "release"),
    Page("POST", f"{_PATH}/expedite", take_expedite, "release"),
)
