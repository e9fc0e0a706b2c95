"""Move a release that readers cannot see yet to another time; what follows it moves along by its rule.

A move that could not come true is refused with the earliest moment that can: the gates would hold the release
anyway, but a calendar that shows a wish as if it were a plan misleads everybody who reads it.
"""

from datetime import datetime

from scheduler.windows import read_window
from server.core.acts import note, of_item
from server.core.days import say_moment
from server.core.follow import list_follows, wake_followers
from server.core.gates import WorkingDays, regate
from server.core.practice import refuse_other_world
from server.core.problems import Problem
from server.store.deliveries import DeliverySeen, list_of_release
from server.store.gates import UNSENT, list_embargoes, list_urgent, list_windows
from server.store.items import get_item
from server.store.releases import list_releases, set_not_before
from server.store.tx import Tx


async def reschedule(
    tx: Tx, item_id: str, not_before: datetime | None, calendar: WorkingDays, *, at: datetime
) -> tuple[DeliverySeen, ...]:
    """Let the planned release of an item go out from another moment on; None means at once.

    Refuses when nothing is planned, and a moment in the past, before a source or the end of an embargo lets
    the item go, or outside the hours of an account. A delivery that has left already stays as it is.
    """
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    planned = [row for row in await list_releases(tx, item_id) if row.state == "planned"]
    if not planned:
        raise Problem("wrong_state", "这篇稿件没有等待发布的安排，或者已经上线")
    release_id = planned[-1].id
    if not_before is not None:
        await _refuse_too_early(tx, item_id, not_before, calendar, at=at)
        await _refuse_outside_hours(tx, release_id, not_before)
    await set_not_before(tx, release_id, not_before)
    await regate(tx, release_id, calendar, at=at)
    await wake_followers(tx, item_id, calendar, at=at)
    told = None if not_before is None else not_before.isoformat()
    await note(tx, "item.reschedule", of_item(seen, release_id=release_id), at=at, not_before=told)
    return await list_of_release(tx, release_id)


async def _refuse_too_early(
    tx: Tx, item_id: str, moment: datetime, calendar: WorkingDays, *, at: datetime
) -> None:
    if moment <= at:
        raise Problem("too_early", f"{say_moment(moment)}已经过去，请选择将来的时间", field="not_before")
    for follow in await list_follows(tx, item_id, calendar, at=at):
        if follow.expected_at is not None and moment < follow.expected_at:
            sentence = (
                f"解读不能早于它的原文：《{follow.source_title}》放行的时间是{say_moment(follow.expected_at)}，"
                "请改到这之后，或者先改原文的发布时间"
            )
            raise Problem("too_early", sentence, field="not_before")
    until = (await list_embargoes(tx, frozenset({item_id}))).get(item_id)
    if until is not None and moment < until:
        raise Problem("too_early", f"这篇稿件在{say_moment(until)}前禁止发布", field="not_before")


async def _refuse_outside_hours(tx: Tx, release_id: str, moment: datetime) -> None:
    """Refuse a moment at which an account may not post; an urgent release passes over that."""
    if await list_urgent(tx, frozenset({release_id})):
        return
    legs = [leg for leg in await list_of_release(tx, release_id) if leg.state in UNSENT]
    windows = await list_windows(tx, frozenset(leg.account_id for leg in legs))
    for leg in legs:
        window = windows.get(leg.account_id)
        opens = None if window is None else read_window(window).opens_at(moment)
        if opens is not None:
            sentence = (
                f"账号“{leg.account_name}”只在{window}发布，{say_moment(moment)}不在时段内；"
                f"最近的时间是{say_moment(opens)}"
            )
            raise Problem("outside_hours", sentence, field="not_before")
