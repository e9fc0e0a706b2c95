"""Claim a delivery, write its Attempt, call the channel once, hand what came of it to settle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from channels.addresses import list_keys
from channels.contract import Outcome, Receipt, Refused
from server.core.confirm import confirm
from server.core.contents import content_of_release
from server.core.settle import settle
from server.core.workplace import Workplace, read_leg
from server.store.attempts import AttemptRow, add_note, open_attempts, renew_lease
from server.store.deliveries import DeliverySeen, count_sending, get_delivery, list_sendable, move
from server.store.items import set_published
from server.store.places import place_item
from server.store.tx import Store, StoreAway, Tx


class StoreJournal:
    """Notes of one attempt, each committed before the next call (channels.contract.Journal)."""

    def __init__(self, store: Store, attempt_id: str) -> None:
        """Take the attempt whose notes these are."""
        self._store, self._attempt_id = store, attempt_id

    async def note(self, step: str, value: str, /) -> None:
        """Write down that a step came true."""
        async with self._store.begin() as tx:
            await add_note(tx, self._attempt_id, step, value)


async def claim(tx: Tx, place: Workplace, *, at: datetime, limit: int) -> tuple[str, ...]:
    """Claim what may be sent, each with a lease and an open Attempt, all in this one commit (invariant 3)."""
    chosen = await _choose(tx, place, at=at, limit=limit)
    if not chosen:
        return ()
    rows = tuple(_attempt(place, leg, at=at) for leg in chosen)
    await open_attempts(tx, rows)
    for leg, row in zip(chosen, rows, strict=True):
        await move(
            tx,
            leg.id,
            leg.state,
            "sending",
            at=at,
            attempt_id=row.id,
            tries=row.number,
            due_at=row.lease_until,
            reason=None,
            who_acts="clock",
        )
    await set_published(tx, frozenset(leg.item_id for leg in chosen), at)
    # In the order of accounts, so that two claims never wait for each other's lists.
    for leg in sorted(chosen, key=lambda leg: leg.account_id):
        if leg.channel in ("website", "feed"):
            keys = list_keys(await content_of_release(tx, leg.release_id, place.site, at=at))
            await place_item(tx, leg.account_id, keys, leg.item_id, at=at)
    return tuple(leg.id for leg in chosen)


async def deliver(place: Workplace, delivery_id: str) -> None:
    """Send a claimed delivery and settle what came of it; whatever is raised leaves its attempt open."""
    try:
        ready = await read_leg(place, delivery_id)
    except ValueError as error:
        await _settle(place, delivery_id, Refused(f"账号设置不完整:{error}", "operator"))
        return
    attempt_id = ready.leg.attempt_id
    if ready.leg.state != "sending" or attempt_id is None:
        return  # the lease lapsed before we began; whoever took it over decides
    journal = StoreJournal(place.store, attempt_id)
    async with _lease(place, attempt_id):
        outcome = await ready.channel.publish(ready.post, journal, at=place.now())
    await _settle(place, delivery_id, outcome, attempt_id)
    if isinstance(outcome, Receipt) and outcome.live_at is None and not ready.channel.limits.confirm_after:
        await confirm(place, delivery_id)


async def _settle(
    place: Workplace, delivery_id: str, outcome: Outcome, attempt_id: str | None = None
) -> None:
    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, delivery_id)
        if attempt_id is not None and (leg.state, leg.attempt_id) != ("sending", attempt_id):
            return  # the lease was lost; a look will find what we sent
        await settle(tx, leg, outcome, place.limits[leg.channel], place.bench, at=place.now())

    await place.store.write(act)


async def _choose(tx: Tx, place: Workplace, *, at: datetime, limit: int) -> tuple[DeliverySeen, ...]:
    """Choose the longest waiting, as many of each account as may be in flight at a time."""
    flying = await count_sending(tx)
    chosen: list[DeliverySeen] = []
    for leg in await list_sendable(tx, at=at, limit=limit * 4):
        in_flight = flying.get(leg.account_id, 0)
        if len(chosen) < limit and in_flight < place.limits[leg.channel].concurrency:
            flying[leg.account_id] = in_flight + 1
            chosen.append(leg)
    return tuple(chosen)


def _attempt(place: Workplace, leg: DeliverySeen, *, at: datetime) -> AttemptRow:
    return AttemptRow(
        id=place.bench.new_id(),
        delivery_id=leg.id,
        number=leg.tries + 1,
        worker=place.worker,
        opened_at=at,
        lease_until=at + place.lease,
        outcome=None,
        notes={},
    )


@asynccontextmanager
async def _lease(place: Workplace, attempt_id: str) -> AsyncIterator[None]:
    """Keep the lease while a call lasts: a slow platform must not look like a dead worker."""
    async with asyncio.TaskGroup() as group:
        keeper = group.create_task(_keep(place, attempt_id), name=f"lease {attempt_id}")
        try:
            yield
        finally:
            keeper.cancel()


async def _keep(place: Workplace, attempt_id: str) -> None:
    held = True
    while held:
        await asyncio.sleep(place.lease.total_seconds() / 3)
        try:
            async with place.store.begin() as tx:
                held = await renew_lease(tx, attempt_id, place.now() + place.lease)
        except StoreAway:
            continue  # try again before the lease runs out; if it does, a look decides
