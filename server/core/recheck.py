"""Look again at what is live on a platform: somebody else may have removed it (live → gone_at_platform)."""

from datetime import datetime, timedelta
from typing import assert_never

from channels.contract import CouldNotLook, Limits, Receipt, Removed, Watch, Watches
from server.core.settle import Bench
from server.core.withdraw import record_gone
from server.core.workplace import Workplace, is_look_put_off, read_leg
from server.store.deliveries import DeliverySeen, get_delivery, put_off
from server.store.tx import Tx

BLIND = timedelta(hours=6)
"""After a look that saw nothing, so long until the next one."""


async def recheck(place: Workplace, delivery_id: str) -> None:
    """Look at one live delivery; it is looked at again until the channel's last interval has passed."""
    ready = await read_leg(place, delivery_id)
    if ready.leg.state != "live":
        return
    if await is_look_put_off(place, ready.leg):
        return
    receipt = Receipt(ready.leg.platform_id or "", ready.leg.link, ready.leg.live_at)
    seen: Watch = receipt
    if isinstance(ready.channel, Watches):
        seen = await ready.channel.watch(receipt, ready.post)
    at = place.now()

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, delivery_id)
        if leg.state == "live":
            await _settle_watch(tx, leg, seen, place.limits[leg.channel], place.bench, at=at)

    await place.store.write(act)


async def _settle_watch(
    tx: Tx, leg: DeliverySeen, seen: Watch, limits: Limits, bench: Bench, *, at: datetime
) -> None:
    match seen:
        case Receipt():
            left = limits.watch_after[leg.looks + 1 :]
            due = at + timedelta(seconds=left[0]) if left else None
            await put_off(tx, leg.id, "live", due, looks=leg.looks + 1)
        case CouldNotLook():
            await put_off(tx, leg.id, "live", at + BLIND)
        case Removed(reason):
            await record_gone(tx, leg, reason, bench, at=at)
        case _:
            assert_never(seen)
