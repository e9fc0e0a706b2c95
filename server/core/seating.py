"""Seats in pushes: which push a delivery of a broadcasting account waits for (invariant 9)."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Final

from scheduler.slots import read_schedule
from server.core.days import day_of
from server.store.broadcast_tables import MOST_ARTICLES
from server.store.broadcasts import (
    QUOTAS,
    ArticleSeen,
    BroadcastKind,
    BroadcastPlan,
    PushRow,
    delete_push,
    find_push,
    find_seat,
    free_seat,
    insert_push,
    leave_seats,
    list_articles,
    list_in_period,
    list_rooms,
    lock_plan,
    take_seat,
)
from server.store.gates import Leg
from server.store.tx import Tx

_FAR: Final = 120
"""So many slots ahead a seat is looked for; whoever finds none is asked again by the clock."""


def period_of(kind: BroadcastKind, at: datetime) -> str:
    """Give the period whose quota a push at a moment uses: a day, or a month, in Beijing."""
    day = day_of(at)
    return f"{day:%Y-%m-%d}" if kind == "subscription" else f"{day:%Y-%m}"


async def seat_legs(
    tx: Tx, legs: Iterable[Leg], urgent: frozenset[str], *, at: datetime
) -> dict[str, datetime | None]:
    """Give each delivery a seat in the next push that has one, in their order; say for when.

    Who has a seat in a push that still takes articles keeps it. `urgent` are releases that get a push of
    their own at once, as long as the quota of the period is not used up. None: no slot near has room.
    """
    found: dict[str, datetime | None] = {}
    waiting = tuple(legs)
    for account_id in sorted({leg.account_id for leg in waiting}):
        plan = await lock_plan(tx, account_id)
        if plan is None:
            continue
        is_full = False
        for leg in waiting:
            if leg.account_id == account_id:
                is_urgent = leg.release_id in urgent
                found[leg.id] = await _seat(tx, plan, leg, is_urgent=is_urgent, is_full=is_full, at=at)
                is_full |= found[leg.id] is None
    return found


async def urgent_place(
    tx: Tx, plan: BroadcastPlan, *, at: datetime
) -> tuple[int | None, tuple[PushRow, ...]]:
    """Give the place an urgent push would take now, and the open pushes that would have to leave theirs."""
    if plan.used_up_on == day_of(at):
        return None, ()
    rows = await list_in_period(tx, plan.account_id, period_of(plan.kind, at))
    place = _free_place(plan, rows)
    if place is not None:
        return place, ()
    yielding = [row for row in rows if row.state == "open" and not row.is_urgent]
    last = max(yielding, key=lambda row: row.slot_at, default=None)
    return (None, ()) if last is None else (last.place, (last,))


async def peek_slot(tx: Tx, plan: BroadcastPlan, *, at: datetime) -> datetime | None:
    """Give the next slot that has a seat, without taking one; None when no slot near has."""
    return next((slot for slot, _place, _row in await _ahead(tx, plan, at=at)), None)


def waiting_of(articles: Iterable[ArticleSeen]) -> tuple[ArticleSeen, ...]:
    """Give those articles of an open push that still wait for it, in their order."""
    return tuple(one for one in articles if one.waits)


async def _seat(
    tx: Tx, plan: BroadcastPlan, leg: Leg, *, is_urgent: bool, is_full: bool, at: datetime
) -> datetime | None:
    own = await _own_seat(tx, plan, leg)
    if own is not None and (own.is_urgent or not is_urgent):
        return own.slot_at
    if is_urgent:
        place, yielding = await urgent_place(tx, plan, at=at)
        if place is not None:
            for row in yielding:  # whoever sat there is given another seat when his gate is asked again
                await delete_push(tx, row.id)
            made = _open_push(plan, leg, at, place, is_urgent=True)
            await insert_push(tx, made, at=at)
            await take_seat(tx, leg.id, made.id, 1, 1)
            return at
    if own is not None:
        return own.slot_at
    # Who finds no seat says it for those behind him: an account with a long queue is read once.
    return None if is_full else await _next_seat(tx, plan, leg, at=at)


async def _own_seat(tx: Tx, plan: BroadcastPlan, leg: Leg) -> PushRow | None:
    seat = await find_seat(tx, leg.id)
    row = None if seat is None else await find_push(tx, seat.push_id)
    return row if row is not None and row.state == "open" and row.account_id == plan.account_id else None


async def _next_seat(tx: Tx, plan: BroadcastPlan, leg: Leg, *, at: datetime) -> datetime | None:
    for slot, place, known in await _ahead(tx, plan, at=at):
        row = known or _open_push(plan, leg, slot, place, is_urgent=False)
        if known is None:
            await insert_push(tx, row, at=at)
        if await _take(tx, leg, row):
            return slot
    return None


async def _ahead(
    tx: Tx, plan: BroadcastPlan, *, at: datetime
) -> tuple[tuple[datetime, int, PushRow | None], ...]:
    """Give the near slots that have a seat, each with its place and its push, or with a place for one."""
    rooms = await list_rooms(tx, plan.account_id, period_of(plan.kind, at))
    by_slot, by_period = {row.slot_at: (row, count) for row, count in rooms}, dict[str, list[PushRow]]()
    for row, _count in rooms:
        by_period.setdefault(row.period, []).append(row)
    found = list[tuple[datetime, int, PushRow | None]]()
    for slot in islice(read_schedule(plan.slots).after(at), _FAR):
        if day_of(slot) == plan.used_up_on:
            continue
        if slot in by_slot:
            row, count = by_slot[slot]
            if row.state == "open" and count < MOST_ARTICLES:
                found.append((slot, row.place, row))
            continue
        place = _free_place(plan, by_period.get(period_of(plan.kind, slot), ()))
        if place is not None:
            found.append((slot, place, None))
    return tuple(found)


async def _take(tx: Tx, leg: Leg, row: PushRow) -> bool:
    articles = (await list_articles(tx, (row.id,)))[row.id]
    stale = tuple(one.delivery_id for one in articles if not one.waits)
    await leave_seats(tx, stale)
    kept = waiting_of(articles)
    seat = free_seat(kept)
    if seat is None:
        return False
    await take_seat(tx, leg.id, row.id, seat, max((one.rank for one in kept), default=0) + 1)
    return True


def _free_place(plan: BroadcastPlan, rows: Iterable[PushRow]) -> int | None:
    taken = {row.place for row in rows}
    return next((place for place in range(1, QUOTAS[plan.kind] + 1) if place not in taken), None)


def _open_push(plan: BroadcastPlan, leg: Leg, slot: datetime, place: int, *, is_urgent: bool) -> PushRow:
    # Of whatever opens it: two that open the same one get the same id, and one of them the other's push.
    key = f"{plan.account_id} {slot.isoformat()} {leg.id} {is_urgent}"
    return PushRow(
        id=sha256(key.encode()).hexdigest()[:16],
        account_id=plan.account_id,
        period=period_of(plan.kind, slot),
        place=place,
        slot_at=slot,
        is_urgent=is_urgent,
        state="open",
        due_at=slot,
        tries=0,
        looks=0,
        draft=None,
        sent_at=None,
        job=None,
        told=None,
        reason=None,
        changed_at=slot,
    )
