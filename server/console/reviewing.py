"""/console/review and …/review: handed in, read with what changed since the last approval, and decided."""

import asyncio

from aiohttp import web

from channels.item import Content
from server.console.items import item_for
from server.console.marks import notes_of
from server.console.page import Page, Visit
from server.console.previews import previews_of
from server.core.contents import column_of, content_of_draft
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.decisions import ApproveIn, ReturnIn
from server.forms.refusals import REFUSALS, refusals_of, status_of
from server.importing.shape import shape
from server.review.approvals import approve, return_item, submit
from server.review.differences import Differences, compare_revisions
from server.security.access import Act
from server.store.accounts import list_accounts
from server.store.approvals import find_last_approved
from server.store.desk import Wanted, list_desk, list_steps
from server.store.items import ItemSeen, get_item, get_item_at, lock_newest
from server.store.tx import Tx

_MOST = 100


async def show_queue(visit: Visit) -> web.Response:
    """Show what waits for the visitor's review, longest first."""
    wanted = Wanted(
        visit.who.orgs_for("approve"), ("submitted",), not_by=visit.who.person_id, oldest_first=True
    )
    async with visit.parts.store.read() as tx:
        lines = await list_desk(tx, wanted, limit=_MOST)
    return visit.show("queue.html", section="review", lines=lines)


async def show_review(visit: Visit) -> web.Response:
    """Show an item to the one who decides about it."""
    return await _review(visit)


async def take_submit(visit: Visit) -> web.Response:
    """Hand the newest revision in for review."""
    parts = visit.parts
    async with parts.store.begin() as tx:
        item = await _item_for(tx, visit, "submit")
        await submit(tx, item.id, by=visit.who.person_id, at=parts.now())
    return visit.go(f"/console/items/{item.id}", done="submitted")


async def take_approve(visit: Visit) -> web.Response:
    """Approve the revision that the visitor has read."""
    parts, by = visit.parts, visit.who.person_id
    try:
        form = filled_in(ApproveIn, {"reason": visit.fields.get("reason") or None})
        async with parts.store.begin() as tx:
            item = await _read_by(tx, visit, "approve")
            await approve(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id, reason=form.reason)
    except REFUSALS as error:
        return await _again(visit, error)
    return visit.go(f"/console/items/{item.id}", done="approved")


async def take_return(visit: Visit) -> web.Response:
    """Send the revision that the visitor has read back to its author, with a reason."""
    parts, by = visit.parts, visit.who.person_id
    try:
        form = filled_in(ReturnIn, {"reason": visit.fields.get("reason")})
        async with parts.store.begin() as tx:
            item = await _read_by(tx, visit, "return")
            await return_item(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id, reason=form.reason)
    except REFUSALS as error:
        return await _again(visit, error)
    return visit.go(f"/console/items/{item.id}", done="returned")


async def _item_for(tx: Tx, visit: Visit, act: Act) -> ItemSeen:
    seen = await get_item(tx, visit.place("item_id"))
    visit.who.require(act, seen.org.id)
    return seen


async def _read_by(tx: Tx, visit: Visit, act: Act) -> ItemSeen:
    """Give the item when its newest revision is the one that the visitor's page showed."""
    await lock_newest(tx, visit.place("item_id"))
    seen = await _item_for(tx, visit, act)
    if visit.fields.get("hash") != seen.revision.content_hash:
        raise Problem("lost_race", "作者刚刚写出了新版本，请看过新版本再决定")
    return seen


async def _again(visit: Visit, error: Exception) -> web.Response:
    found = refusals_of(error)
    if found is None:
        raise error
    return await _review(visit, trouble=found, status=status_of(found[0]))


async def _review(visit: Visit, *, trouble: tuple[Problem, ...] = (), status: int = 200) -> web.Response:
    parts = visit.parts
    async with parts.store.read() as tx:
        seen = await item_for(tx, visit)
        steps = await list_steps(tx, seen.id)
        last = await find_last_approved(tx, seen.id, seen.revision.number)
        old = await get_item_at(tx, last) if last is not None else None
        content = await content_of_draft(tx, seen.id, parts.site, at=parts.now())
        accounts = await list_accounts(tx, visit.who.orgs_for("read"))
    usable = tuple(one for one in accounts if one.state == "active")
    checked = await parts.examiner.check_item(seen.id, at=parts.now())
    return visit.show(
        "review.html", section="review", status=status, trouble=trouble, trouble_heading="没有完成",
        seen=seen, steps=steps, notes=notes_of(checked), old=old,
        changes=await _changes(old, seen), text=await _text(content),
        column=column_of(parts.site, seen.revision.sheet.column), reason=visit.fields.get("reason"),
        previews=previews_of(content, usable, parts.open_channel),
        is_own=seen.revision.created_by == visit.who.person_id,
        may_approve=seen.org.id in visit.who.orgs_for("approve"),
    )  # fmt: skip


async def _changes(old: ItemSeen | None, seen: ItemSeen) -> Differences | None:
    if old is None:
        return None
    return await asyncio.to_thread(compare_revisions, old.revision, seen.revision, _plain)


async def _text(content: Content) -> str:
    return await asyncio.to_thread(_plain, content.body_html)


def _plain(body: str) -> str:
    return shape(body).text


_ONE = "/console/items/{item_id}"
PAGES = (
    Page("GET", "/console/review", show_queue, "approve"),
    Page("GET", f"{_ONE}/review", show_review, "approve"),
    Page("POST", f"{_ONE}/submit", take_submit, "submit"),
    Page("POST", f"{_ONE}/approve", take_approve, "approve"),
    Page("POST", f"{_ONE}/return", take_return, "return"),
)
