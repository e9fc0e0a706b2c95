"""Look for a delivery whose outcome is unknown; prove it there or absent, or ask a person (invariant 4)."""

from datetime import datetime, timedelta

from channels.contract import LOOKED_AT, TAKEN, Absent, CouldNotLook, Receipt, Sighting
from server.core.gates import regate
from server.core.overtaken import end_of
from server.core.settle import settle
from server.core.workplace import Workplace, is_look_put_off, read_leg
from server.store.attempts import close_lapsed, insert_look, list_lapsed
from server.store.broadcasts import look_for_push_of
from server.store.deliveries import (
    DeliverySeen,
    LostRace,
    get_delivery,
    list_platform_ids,
    move,
    put_off,
)
from server.store.tx import Tx

LOOKS = 8
"""So many looks that see nothing decided, and a person is asked."""

_EARLIER = timedelta(days=1)
"""Clocks differ, but not by more: what an account showed before that is none of a look's business."""

_NOT_PERMITTED = timedelta(minutes=5)

LAPSED = "发送进程中断，结果不明"


async def reconcile(place: Workplace, delivery_id: str) -> None:
    """Look for one unknown delivery, record the look, and move it by what was seen."""
    ready = await read_leg(place, delivery_id)
    if ready.leg.state != "unknown":
        return
    if not ready.is_permitted:
        # Every look would be refused, and a person asked for nothing but that: it waits for the permission.
        async with place.store.begin() as tx:
            await put_off(tx, delivery_id, "unknown", place.now() + _NOT_PERMITTED)
        return
    if await is_look_put_off(place, ready.leg):
        return
    since = min((attempt.opened_at for attempt in ready.attempts), default=ready.leg.changed_at)
    notes = {step: value for attempt in ready.attempts for step, value in attempt.notes.items()}
    async with place.store.read() as tx:
        taken = await list_platform_ids(tx, ready.leg.account_id, since=since - _EARLIER)
    notes[TAKEN] = ",".join(taken)
    notes[LOOKED_AT] = place.now().isoformat()
    sighting = await ready.channel.find(ready.post, since=since, notes=notes)
    at = place.now()

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, delivery_id)
        # Of another try this look says nothing: what it did not see may have been sent since.
        if (leg.state, leg.attempt_id) == ("unknown", ready.leg.attempt_id):
            await _settle_sighting(tx, place, leg, sighting, at=at)

    await place.store.write(act)


async def lapse(tx: Tx, place: Workplace, *, at: datetime, limit: int) -> int:
    """Turn sendings whose lease has run out into unknown ones; give how many."""
    moved = 0
    for attempt in await list_lapsed(tx, at=at, limit=limit):
        if not await close_lapsed(tx, attempt.id, LAPSED, at=at):
            continue
        leg = await get_delivery(tx, attempt.delivery_id)
        due = at + timedelta(seconds=place.limits[leg.channel].settle_after)
        try:
            await move(
                tx, leg.id, "sending", "unknown", at=at, under=attempt.id,
                due_at=due, looks=0, reason=LAPSED, who_acts="reconcile",
            )  # fmt: skip
        except LostRace:
            continue
        if await look_for_push_of(tx, leg.id, due):
            await put_off(tx, leg.id, "unknown", None)  # the push is looked for, not the article
        moved += 1
    return moved


async def _settle_sighting(
    tx: Tx, place: Workplace, leg: DeliverySeen, sighting: Sighting, *, at: datetime
) -> None:
    word, reason = _words(sighting)
    await insert_look(tx, id=place.bench.new_id(), delivery_id=leg.id, sighting=word, reason=reason, at=at)
    match sighting:
        case Receipt():
            await settle(tx, leg, sighting, place.limits[leg.channel], place.bench, at=at)
        case Absent():
            overtaken = await end_of(tx, leg)
            await move(tx, leg.id, "unknown", "ready", at=at, due_at=None, reason=None, who_acts="clock")
            if overtaken:
                await move(tx, leg.id, "ready", overtaken, at=at, who_acts="nobody")
            else:  # its gate may have shut meanwhile, or was never open: a restore doubts what waits, too
                await regate(tx, leg.release_id, place.bench.calendar, at=at)
        case CouldNotLook(why, ask=ask) if ask or leg.looks + 1 >= LOOKS:
            await move(
                tx, leg.id, "unknown", "needs_person", at=at,
                due_at=None, looks=leg.looks + 1, reason=why, who_acts="operator",
            )  # fmt: skip
        case CouldNotLook(after=after):
            wait = timedelta(seconds=place.limits[leg.channel].settle_after) * 2 ** min(leg.looks, 5)
            wait = max(wait, timedelta(seconds=after))
            await put_off(tx, leg.id, "unknown", at + wait, looks=leg.looks + 1)


def _words(sighting: Sighting) -> tuple[str, str | None]:
    match sighting:
        case Receipt(platform_id):
            return "found", platform_id
        case Absent():
            return "absent", None
        case CouldNotLook(reason):
            return "could_not_look", reason
