"""The review that follows a release in an emergency (先发后审)."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from server.core.acts import note, of_item
from server.core.problems import Problem
from server.store.approvals import insert_decision
from server.store.emergencies import Emergency, close_emergency, find_open_emergency
from server.store.items import get_item, get_item_at
from server.store.tx import Tx


async def review_afterwards(
    tx: Tx,
    item_id: str,
    decision: Literal["approved", "returned"],
    reason: str | None,
    *,
    by: str,
    at: datetime,
    new_id: Callable[[], str],
) -> Emergency:
    """Review what went out before its review; refuses who wrote it and who released it."""
    one = await find_open_emergency(tx, item_id)
    if one is None:
        raise Problem("wrong_state", "这篇稿件没有等待事后审核的发布")
    author = (await get_item_at(tx, one.revision_id)).revision.created_by
    if by in (author, one.released_by):
        raise Problem("own_item", "撰写人和发布人不能做事后审核，请由另一人审核")
    if not await close_emergency(tx, one.release_id, decision, reason, by=by, at=at):
        raise Problem("lost_race", "刚刚被别人审核，请刷新后再看")
    await insert_decision(
        tx, id=new_id(), revision_id=one.revision_id, content_hash=one.content_hash, decision=decision,
        reason=reason, author=author, by=by, at=at,
    )  # fmt: skip
    subject = of_item(await get_item(tx, item_id), release_id=one.release_id)
    await note(tx, "item.review_afterwards", subject, at=at, decision=decision, reason=reason)
    return one
