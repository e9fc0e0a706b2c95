"""Whether a delivery may still be sent: not once its item was withdrawn or a newer release is planned."""

from typing import Literal

from server.store.deliveries import DeliverySeen
from server.store.releases import list_releases, lock_releases
from server.store.tx import Tx


async def end_of(tx: Tx, leg: DeliverySeen) -> Literal["cancelled", "superseded"] | None:
    """Give how a delivery ends that was overtaken; None when its release is still the newest intent.

    Its release is locked until the commit, as whoever withdraws or releases locks it: one sees the other.
    """
    await lock_releases(tx, frozenset((leg.release_id,)))
    rows = await list_releases(tx, leg.item_id)
    own = next(row for row in rows if row.id == leg.release_id)
    if own.state == "withdrawn":
        return "cancelled"
    newer = any(row.number > own.number and row.state in ("planned", "live") for row in rows)
    return "superseded" if newer or own.state == "replaced" else None
