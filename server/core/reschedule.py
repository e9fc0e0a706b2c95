"""Move a release that readers cannot see yet to another time; what follows it moves along by its rule."""

from datetime import datetime

from server.core.acts import note, of_item
from server.core.follow import wake_followers
from server.core.gates import WorkingDays, regate
from server.core.problems import Problem
from server.store.deliveries import DeliverySeen, list_of_release
from server.store.items import get_item
from server.store.releases import list_releases, set_not_before
from server.store.tx import Tx


async def reschedule(
    tx: Tx, item_id: str, not_before: datetime | None, calendar: WorkingDays, *, at: datetime
) -> tuple[DeliverySeen, ...]:
    """Let the planned release of an item go out from another moment on; None means at once.

    Refuses when nothing is planned. A delivery that has left already stays as it is.
    """
    seen = await get_item(tx, item_id)
    planned = [row for row in await list_releases(tx, item_id) if row.state == "planned"]
    if not planned:
        raise Problem("wrong_state", "这篇稿件没有等待发布的安排，或者已经上线")
    release_id = planned[-1].id
    await set_not_before(tx, release_id, not_before)
    await regate(tx, release_id, calendar, at=at)
    await wake_followers(tx, item_id, calendar, at=at)
    told = None if not_before is None else not_before.isoformat()
    await note(tx, "item.reschedule", of_item(seen, release_id=release_id), at=at, not_before=told)
    return await list_of_release(tx, release_id)
