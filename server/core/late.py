"""What a worker sent that had lost its lease: the answer settles nothing, but the post must not stay."""

from datetime import datetime

from channels.contract import Outcome, Receipt
from server.core.takedowns import Terms, set_terms
from server.store.deliveries import DeliverySeen, find_live_page, move_all
from server.store.places import mark_stale
from server.store.releases import get_release
from server.store.tx import Tx


async def settle_late(tx: Tx, leg: DeliverySeen, outcome: Outcome, terms: Terms, *, at: datetime) -> None:
    """Have a late post taken down when its release was withdrawn or replaced meanwhile.

    A page in the wrong version is written anew. In any other state a look, or the next try, deals with it.
    """
    if not isinstance(outcome, Receipt) or leg.state not in ("cancelled", "superseded"):
        return
    state = (await get_release(tx, leg.release_id)).state
    if state == "replaced" and leg.channel in ("website", "feed"):
        newer = await find_live_page(tx, leg.item_id)
        await mark_stale(tx, (newer.id,) if newer else (), at=at)
    elif state in ("withdrawn", "replaced"):
        await set_terms(tx, (leg,), terms, at=at)
        await move_all(
            tx, (leg.id,), (leg.state,), "withdrawing", at=at, due_at=at,
            platform_id=outcome.platform_id, link=outcome.link, who_acts="clock",
            reason="发送中断后才到平台，现在撤下",
        )  # fmt: skip
