"""A person files the proof of what no platform confirms: gazette, notice board, broadcast."""

from datetime import datetime

from channels.contract import Receipt
from server.core.acts import note, of_leg
from server.core.days import say_moment
from server.core.problems import Problem
from server.core.settle import Bench, go_live
from server.store.deliveries import DeliverySeen, LostRace, find_delivery, get_delivery
from server.store.evidence import Evidence, insert_evidence
from server.store.media import use_media
from server.store.rows import Taken
from server.store.tx import Tx


def require_past(shown_at: datetime, at: datetime) -> None:
    """Refuse a proof of what was not shown yet."""
    if shown_at > at:
        raise Problem("invalid", f"公开时间不能晚于现在（{say_moment(at)}）", field="shown_at")


async def record_evidence(
    tx: Tx, delivery_id: str, proof: Evidence, bench: Bench, *, by: str, at: datetime
) -> DeliverySeen:
    """File the proof of a delivery that waits for it: it is live, and counted on the day it was shown."""
    leg = await find_delivery(tx, delivery_id)
    if leg is None:
        raise Problem("unknown_delivery", "没有这条投递记录")
    if (leg.state, leg.gate) != ("waiting", "evidence"):
        raise Problem("wrong_state", "这条投递现在不需要登记凭据：它还没轮到、已经登记过或已经取消")
    require_past(proof.shown_at, at)
    if proof.picture is not None:
        await use_media(tx, leg.item_id, (proof.picture,))
    try:
        await insert_evidence(tx, delivery_id, proof, id=bench.new_id(), by=by, at=at)
        receipt = Receipt(platform_id=f"evidence:{delivery_id}", link=None, live_at=proof.shown_at)
        await go_live(tx, leg, receipt, bench, at=at)
    except (Taken, LostRace) as error:
        raise Problem("lost_race", "这条投递刚刚被别人登记，请刷新后再看") from error
    await note(
        tx, "delivery.evidence", await of_leg(tx, leg), at=at, place=proof.place, picture=proof.picture,
        shown_at=proof.shown_at.isoformat(), shown_by=proof.shown_by,
    )  # fmt: skip
    return await get_delivery(tx, delivery_id)
