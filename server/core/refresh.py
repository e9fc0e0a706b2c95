"""Write pages again whose links have changed: document and interpretation point at each other.

The notice in the place of a withdrawn page leads to its successor, so it is written again as well.
"""

from channels.contract import LeavesNotice, Refreshes
from server.core.withdrawal_types import public_reason
from server.core.workplace import Workplace, read_leg
from server.store.items import get_item
from server.store.places import Stale, clear_stale


async def refresh(place: Workplace, stale: Stale) -> None:
    """Write one page again, or the notice in its place; it stays on the list until it is written."""
    if stale.stands:
        await show_anew(place, stale.delivery_id)
    async with place.store.begin() as tx:
        await clear_stale(tx, stale)


async def show_anew(place: Workplace, delivery_id: str) -> None:
    """Write the page of a delivery as it is to look now, or the notice in its place; harmless to repeat."""
    ready = await read_leg(place, delivery_id)
    if ready.leg.state == "live" and isinstance(ready.channel, Refreshes):
        await ready.channel.refresh(ready.post)
    if ready.leg.state == "withdrawn" and isinstance(ready.channel, LeavesNotice):
        async with place.store.read() as tx:
            seen = await get_item(tx, ready.leg.item_id)
        reason, at = public_reason(seen), seen.withdrawn_at
        if at is not None:  # else it is on its way back
            await ready.channel.renew_notice(ready.post, reason=reason, at=at)
