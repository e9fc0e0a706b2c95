"""Submitting, approving and returning a revision: approvals are sealed to its hash (invariant 5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from server.core.acts import Verb, note, of_item
from server.core.practice import refuse_other_world
from server.core.problems import Problem
from server.review.levels import Version, decider_of, standing_of
from server.store.approvals import insert_decision
from server.store.items import ItemSeen, get_item, move_revision
from server.store.rows import Taken
from server.store.tx import Tx

Decision = Literal["approved", "returned"]

STATE_NAMES = {
    "draft": "草稿",
    "submitted": "待审核",
    "returned": "已退回",
    "approved": "已审核",
    "released": "已发布",
    "superseded": "已被新版本取代",
}


async def submit(tx: Tx, item_id: str, *, by: str, at: datetime) -> ItemSeen:
    """Hand the newest revision in for review."""
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    if not await move_revision(
        tx, seen.revision.id, ("draft", "returned"), "submitted", submitted_at=at, submitted_by=by
    ):
        raise _wrong_state(seen, "提交审核", "只有草稿和被退回的版本可以提交")
    await note(tx, "item.submit", of_item(seen), at=at, content_hash=seen.revision.content_hash)
    return await get_item(tx, item_id)


async def approve(
    tx: Tx, item_id: str, *, by: str, at: datetime, new_id: Callable[[], str], reason: str | None = None
) -> ItemSeen:
    """Approve the newest revision on the level that is next; refuses the author's own approval.

    It stays submitted until its last level has approved (`levels.py`).
    """
    return await _decide(tx, item_id, "approved", by=by, at=at, id=new_id(), reason=reason)


async def return_item(
    tx: Tx, item_id: str, *, by: str, at: datetime, new_id: Callable[[], str], reason: str
) -> ItemSeen:
    """Send the newest revision back to its author with a reason."""
    return await _decide(tx, item_id, "returned", by=by, at=at, id=new_id(), reason=reason)


async def _decide(
    tx: Tx, item_id: str, decision: Decision, *, by: str, at: datetime, id: str, reason: str | None
) -> ItemSeen:
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    version = seen.revision
    if version.state != "submitted":
        raise _wrong_state(seen, "审核", "只有提交审核的版本可以审核")
    if version.created_by == by:
        raise Problem("own_item", "不能审核自己撰写的版本，请由另一人审核")
    standing = await standing_of(tx, seen)
    acts_for = (await decider_of(tx, by, at=at)).acts_for(Version.of(seen), standing)
    is_final = standing.is_last
    # An approval of an earlier level leaves the version where it is: the next level decides.
    new = "submitted" if decision == "approved" and not is_final else decision
    if not await move_revision(tx, version.id, ("submitted",), new):
        raise Problem("lost_race", "这一版本刚刚被别人处理，请刷新后再看")
    try:
        await insert_decision(
            tx,
            id=id,
            revision_id=version.id,
            content_hash=version.content_hash,
            decision=decision,
            reason=reason,
            author=version.created_by,
            by=by,
            at=at,
            level=standing.number,
            round=standing.round,
            is_final=is_final,
            on_behalf_of=acts_for,
        )
    except Taken as error:
        raise Problem("lost_race", "这一级刚刚被别人审核，请刷新后再看") from error
    verb: Verb = "item.approve" if decision == "approved" else "item.return"
    await note(
        tx, verb, of_item(seen), at=at, content_hash=version.content_hash, reason=reason,
        level=standing.next, of=standing.total, on_behalf_of=acts_for,
    )  # fmt: skip
    return await get_item(tx, item_id)


def _wrong_state(seen: ItemSeen, act: str, rule: str) -> Problem:
    state = STATE_NAMES[seen.revision.state]
    return Problem("wrong_state", f"不能{act}：第 {seen.revision.number} 版现为“{state}”。{rule}")
