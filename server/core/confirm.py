"""Look whether what a platform accepted is live by now (accepted → live | refused)."""

from datetime import timedelta

from channels.contract import Receipt
from server.core.settle import settle
from server.core.workplace import Workplace, read_leg
from server.store.deliveries import get_delivery, move
from server.store.tx import Tx

PATIENCE = timedelta(days=2)


async def confirm(place: Workplace, delivery_id: str) -> None:
    """Confirm one accepted delivery; after two days without an end a person is asked."""
    ready = await read_leg(place, delivery_id)
    if ready.leg.state != "accepted" or ready.leg.platform_id is None:
        return
    receipt = Receipt(ready.leg.platform_id, ready.leg.link, None)
    outcome = await ready.channel.confirm(receipt, ready.post, at=place.now())
    at = place.now()

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, delivery_id)
        if leg.state != "accepted":
            return  # an event of the platform was quicker
        if isinstance(outcome, Receipt) and outcome.live_at is None and at - leg.changed_at > PATIENCE:
            reason = "平台受理已超过两天仍未发布，请到平台后台查看"
            await move(tx, leg.id, "accepted", "needs_person", at=at, reason=reason, who_acts="operator")
            return
        await settle(tx, leg, outcome, place.limits[leg.channel], place.bench, at=at)

    await place.store.write(act)
