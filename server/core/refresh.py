"""Write live pages again whose links have changed: document and interpretation point at each other."""

from channels.contract import Refreshes
from server.core.workplace import Workplace, read_leg
from server.store.places import Stale, clear_stale


async def refresh(place: Workplace, stale: Stale) -> None:
    """Write one live page again; it stays on the list until it is written."""
    ready = await read_leg(place, stale.delivery_id)
    if ready.leg.state == "live" and isinstance(ready.channel, Refreshes):
        await ready.channel.refresh(ready.post)
    async with place.store.begin() as tx:
        await clear_stale(tx, stale)
