"""公示期: when a notice has run out it is marked everywhere, and where so decided its text is taken off.

What is taken off stays in the house, as the proof of what was shown. The pages, lists, feeds and the search
follow from the content that `core/contents.py` gives; posts on platforms are taken down by a call or by hand.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from server.core.acts import note, of_item
from server.core.follow import mark_pages_stale
from server.core.practice import refuse_other_world
from server.core.problems import Problem
from server.core.states import UNSENT
from server.core.takedowns import Terms, bring_down
from server.core.workplace import Workplace
from server.store.deliveries import list_deliveries, move_all
from server.store.items import ItemSeen, get_item
from server.store.notices import (
    NoticeEnd,
    Then,
    find_notice_end,
    list_ending,
    list_still_shown,
    put_notice_end,
    set_notice_ended,
)
from server.store.places import mark_stale
from server.store.placing import touch_lists_of
from server.store.tx import Tx

LONGEST: Final = timedelta(days=366)
"""A notice is shown for days or weeks; a year is a slip of the pen."""

LATECOMERS: Final = timedelta(days=30)
"""So long a post that was under way when its notice ended is watched for."""

ENDED: Final = "公示期已满，请按规定撤下"


async def show_until(
    tx: Tx, seen: ItemSeen, ends_at: datetime, then: Then, *, by: str, at: datetime
) -> NoticeEnd:
    """Set until when a notice is shown in full; refuses other kinds, the past, and what is off."""
    if seen.kind != "notice":
        raise Problem("wrong_state", "只有“公告”类稿件有公示期")
    if not at < ends_at <= at + LONGEST:
        raise Problem("invalid", "公示期应在将来结束，最长一年", field="ends_at")
    await refuse_other_world(tx, seen)
    known = await find_notice_end(tx, seen.id)
    if known is not None and known.ended_at is not None and known.then == "remove":
        raise Problem("wrong_state", "公示期已满，内容已经撤下；要再次公示，请另写一篇")
    await put_notice_end(tx, seen.id, ends_at, then, by=by, at=at)
    await note(tx, "item.notice_end", of_item(seen), at=at, ends_at=ends_at.isoformat(), then=then)
    if known is not None and known.ended_at is not None:
        await _mark_pages(tx, seen.id, at=at)
    return NoticeEnd(seen.id, ends_at, then)


async def end_notices(place: Workplace, *, limit: int = 100) -> int:
    """End the notices that have run out; says how many. Harmless however often and by however many."""
    at = place.now()
    async with place.store.read() as tx:
        due = await list_ending(tx, at=at, limit=limit)
        late = await list_still_shown(tx, since=at - LATECOMERS, limit=limit)
    terms = place.bench.terms
    for item_id in due:
        await place.store.write(partial(_end, item_id=item_id, terms=terms, at=at))
    for item_id in late:
        await place.store.write(partial(_take_off, item_id=item_id, terms=terms, at=at))
    return len(due) + len(late)


async def _end(tx: Tx, *, item_id: str, terms: Terms, at: datetime) -> None:
    if not await set_notice_ended(tx, item_id, at=at):
        return
    end = await find_notice_end(tx, item_id)
    if end is not None and end.then == "remove":
        await _take_off(tx, item_id=item_id, terms=terms, at=at)
    await _mark_pages(tx, item_id, at=at)
    await note(tx, "item.notice_ended", of_item(await get_item(tx, item_id)), at=at)


async def _take_off(tx: Tx, *, item_id: str, terms: Terms, at: datetime) -> None:
    """Take the posts on platforms down and the papers off the walls; what was not sent never is."""
    legs = [leg for leg in await list_deliveries(tx, item_id) if leg.channel not in ("website", "feed")]
    ids = tuple(leg.id for leg in legs)
    await move_all(tx, ids, tuple(sorted(UNSENT)), "cancelled", at=at, reason="公示期已满", who_acts="nobody")
    await bring_down(tx, tuple(legs), terms, ENDED, why=ENDED, at=at)


async def _mark_pages(tx: Tx, item_id: str, *, at: datetime) -> None:
    """Have the page, its lists and the feeds written anew, and what links to it."""
    for leg in await list_deliveries(tx, item_id):
        if leg.channel in ("website", "feed") and leg.state == "live":
            await touch_lists_of(tx, leg.account_id, item_id, at=at)
            await mark_stale(tx, (leg.id,), at=at)
    await mark_pages_stale(tx, item_id, at=at)
