"""/console/review and …/review: handed in, read with what changed since the last approval, and decided."""

import asyncio

from aiohttp import web

from server.console.items import item_for
from server.console.marks import notes_of
from server.console.page import Page, Visit
from server.console.previews import previews_of, reading_of
from server.core.contents import column_of, content_of_draft
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.decisions import AfterwardsIn, ApproveIn, ReturnIn
from server.forms.refusals import REFUSALS, refusals_of
from server.importing.shape import shape
from server.review.afterwards import review_afterwards
from server.review.approvals import approve, return_item, submit
from server.review.differences import Differences, compare_revisions
from server.review.levels import Decider, Standing, Version, decider_of, standing_of
from server.security.access import Act
from server.store.accounts import list_accounts_in
from server.store.approvals import find_last_approved
from server.store.desk import DeskLine, Wanted, list_desk, list_steps
from server.store.emergencies import EmergencySeen, find_open_emergency, list_unreviewed
from server.store.items import ItemSeen, get_item_at, lock_newest
from server.store.tx import Tx

_MOST = 100


async def show_queue(visit: Visit) -> web.Response:
    """Show what waits for the visitor's review, longest first, and what went out before its review."""
    async with visit.parts.store.read() as tx:
        lines = await waiting_for(tx, visit, limit=_MOST + 1)
        early = await early_for(tx, visit, limit=_MOST + 1)
    return visit.show(
        "queue.html", section="review", lines=lines, early=early, most=_MOST, now=visit.parts.now()
    )


async def waiting_for(tx: Tx, visit: Visit, *, limit: int) -> tuple[DeskLine, ...]:
    """Give the items on which the visitor may decide now, those whose next level is his; longest first."""
    by, at = visit.who.person_id, visit.parts.now()
    orgs, decider = visit.who.orgs_for("approve"), await decider_of(tx, by, at=at)
    turns = await decider.turns(tx, orgs)
    wanted = Wanted(orgs, ("submitted",), not_by=by, oldest_first=True, turns=turns)
    return await list_desk(tx, wanted, limit=limit)


async def early_for(tx: Tx, visit: Visit, *, limit: int) -> tuple[EmergencySeen, ...]:
    """Give what went out before its review and waits for the visitor to review it now."""
    orgs, by = visit.who.orgs_for("approve"), visit.who.person_id
    return await list_unreviewed(tx, orgs, not_by=by, limit=limit)


async def show_review(visit: Visit) -> web.Response:
    """Show an item to the one who decides about it."""
    return await _review(visit)


async def take_submit(visit: Visit) -> web.Response:
    """Hand the newest revision in for review."""
    parts = visit.parts
    async with parts.store.begin() as tx:
        item = await item_for(tx, visit, "submit")
        await submit(tx, item.id, by=visit.who.person_id, at=parts.now())
    return visit.go(f"/console/items/{item.id}", done="submitted")


async def take_approve(visit: Visit) -> web.Response:
    """Approve the revision that the visitor has read."""
    parts, by = visit.parts, visit.who.person_id
    try:
        form = filled_in(ApproveIn, {"reason": visit.fields.get("reason") or None})
        async with parts.store.begin() as tx:
            item = await _read_by(tx, visit, "approve")
            item = await approve(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id, reason=form.reason)
    except REFUSALS as error:
        return await _review(visit, trouble=refusals_of(error))
    done = "approved" if item.revision.state == "approved" else "approved_level"
    return visit.go(f"/console/items/{item.id}", done=done)


async def take_return(visit: Visit) -> web.Response:
    """Send the revision that the visitor has read back to its author, with a reason."""
    parts, by = visit.parts, visit.who.person_id
    try:
        form = filled_in(ReturnIn, {"reason": visit.fields.get("reason")})
        async with parts.store.begin() as tx:
            item = await _read_by(tx, visit, "return")
            await return_item(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id, reason=form.reason)
    except REFUSALS as error:
        return await _review(visit, trouble=refusals_of(error))
    return visit.go(f"/console/items/{item.id}", done="returned")


async def take_afterwards(visit: Visit) -> web.Response:
    """Review what went out before its review."""
    parts, by = visit.parts, visit.who.person_id
    names = ("decision", "reason")
    try:
        form = filled_in(AfterwardsIn, {name: visit.fields.get(name) or None for name in names})
        form.require_reason()
        async with parts.store.begin() as tx:
            item = await item_for(tx, visit, "approve")
            await review_afterwards(
                tx, item.id, form.decision, form.reason, by=by, at=parts.now(), new_id=parts.new_id
            )
    except REFUSALS as error:
        return await _review(visit, trouble=refusals_of(error))
    return visit.go(f"/console/items/{item.id}", done="decided")


def _stopped(decider: Decider, version: Version, standing: Standing) -> str | None:
    """Say why somebody may not decide on a version now; None when he may."""
    if version.author_id == decider.person_id:
        return "这一版是您自己写的，请由另一人审核。"
    try:
        decider.acts_for(version, standing)
    except Problem as refusal:
        return refusal.message
    return None


async def _read_by(tx: Tx, visit: Visit, act: Act) -> ItemSeen:
    """Give the item when its newest revision is the one that the visitor's page showed."""
    await lock_newest(tx, visit.place("item_id"))
    seen = await item_for(tx, visit, act)
    if visit.fields.get("hash") != seen.revision.content_hash:
        raise Problem("lost_race", "作者刚刚写出了新版本，请看过新版本再决定")
    return seen


async def _review(visit: Visit, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    parts = visit.parts
    async with parts.store.read() as tx:
        seen = await item_for(tx, visit)
        steps = await list_steps(tx, seen.id)
        last = await find_last_approved(tx, seen.id, seen.revision.number)
        old = await get_item_at(tx, last) if last is not None else None
        content = await content_of_draft(tx, seen.id, parts.site, at=parts.now())
        accounts = await list_accounts_in(tx, visit.who.orgs_for("read"), practice=seen.practice)
        standing = await standing_of(tx, seen)
        decider = await decider_of(tx, visit.who.person_id, at=parts.now())
        stopped = _stopped(decider, Version.of(seen), standing)
        early = await find_open_emergency(tx, seen.id)
    usable = tuple(one for one in accounts if one.state == "active")
    checked = await parts.examiner.check_item(seen.id, at=parts.now())
    return visit.show(
        "review.html", section="review", trouble=trouble, trouble_heading="没有完成",
        seen=seen, steps=steps, notes=notes_of(checked), old=old,
        changes=await _changes(old, seen), text=reading_of(content.body_html),
        column=column_of(parts.site, seen.revision.sheet.column), reason=visit.fields.get("reason"),
        previews=previews_of(content, usable, parts.open_channel),
        standing=standing, stopped=stopped, early=early, now=parts.now(),
        may_approve=seen.org.id in visit.who.orgs_for("approve"),
    )  # fmt: skip


async def _changes(old: ItemSeen | None, seen: ItemSeen) -> Differences | None:
    if old is None:
        return None
    return await asyncio.to_thread(compare_revisions, old.revision, seen.revision, _plain)


def _plain(body: str) -> str:
    return shape(body).text


_ONE = "/console/items/{item_id}"
PAGES = (
    Page("GET", "/console/review", show_queue, "approve"),
    Page("GET", f"{_ONE}/review", show_review, "approve"),
    Page("POST", f"{_ONE}/submit", take_submit, "submit"),
    Page("POST", f"{_ONE}/approve", take_approve, "approve"),
    Page("POST", f"{_ONE}/return", take_return, "return"),
    Page("POST", f"{_ONE}/review-afterwards", take_afterwards, "approve"),
)
