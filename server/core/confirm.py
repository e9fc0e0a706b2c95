"""Look whether what a platform accepted is live by now (accepted → live | refused)."""

from datetime import timedelta

from channels.contract import ByHand, Outcome, Receipt
from server.core.settle import settle
from server.core.workplace import Workplace, is_look_put_off, read_leg
from server.store.deliveries import get_delivery, move
from server.store.tx import Tx

PATIENCE = timedelta(days=2)
BY_HAND = timedelta(days=7)
"""So long a platform may take, and so long what lies ready there may wait for a person."""


async def confirm(place: Workplace, delivery_id: str) -> None:
    """Confirm one accepted delivery; after its time without an end a person is asked."""
    ready = await read_leg(place, delivery_id)
    if ready.leg.state != "accepted" or ready.leg.platform_id is None:
        return
    if await is_look_put_off(place, ready.leg):
        return
    receipt = Receipt(ready.leg.platform_id, ready.leg.link, None)
    outcome = await ready.channel.confirm(receipt, ready.post, at=place.now())
    at = place.now()

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, delivery_id)
        if (leg.state, leg.attempt_id) != ("accepted", ready.leg.attempt_id):
            return  # an event of the platform was quicker, or it was sent again since
        overdue = _overdue(outcome, at - leg.changed_at)
        if overdue is not None:
            await move(tx, leg.id, "accepted", "needs_person", at=at, reason=overdue, who_acts="operator")
            return
        await settle(tx, leg, outcome, place.limits[leg.channel], place.bench, at=at)

    await place.store.write(act)


def _overdue(outcome: Outcome, waited: timedelta) -> str | None:
    """Give what to tell a person about a wait that lasts too long, None while it does not."""
    match outcome:
        case Receipt(live_at=None) if waited > PATIENCE:
            return "平台受理已超过两天仍未发布，请到平台后台查看"
        case ByHand(ready=Receipt()) if waited > BY_HAND:
            return "草稿放入平台已超过七天仍未发布，请发布，或者决定不再发布"
        case _:
            return None
