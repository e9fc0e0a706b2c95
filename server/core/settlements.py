"""Settle many arrivals in one commit: what arrives while a commit is under way is settled by the next.

This is the common case only: a post that went live and that nothing waits for or is replaced by, settled by
a handful of statements for however many. Every other outcome takes settle()'s way, one by one; so does an
arrival whose release was withdrawn or replaced meanwhile.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol, TypeGuard

from channels.contract import Limits, Outcome, Receipt
from server.core.days import day_of
from server.core.settle import Bench, entry_of, plausible_live_at, settle
from server.store import ledger
from server.store.attempts import close_live, first_opened
from server.store.deliveries import Arrival, DeliverySeen, list_by_id, move_to_live
from server.store.items import list_released
from server.store.releases import lock_releases, set_releases_live
from server.store.tx import Store, Tx


class Place(Protocol):
    """What settling needs of a workplace."""

    @property
    def store(self) -> Store:
        """The one truth."""

    @property
    def bench(self) -> Bench:
        """The calendar and fresh ids."""

    @property
    def limits(self) -> Mapping[str, Limits]:
        """Limits by kind of channel."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The proof that came of an attempt; `receipt.live_at` is set."""

    delivery_id: str
    attempt_id: str
    receipt: Receipt


def is_plain(outcome: Outcome, leg: DeliverySeen) -> TypeGuard[Receipt]:
    """Say whether an outcome may be settled with others: nothing waits for it or is replaced by it."""
    is_live = isinstance(outcome, Receipt) and outcome.live_at is not None
    return is_live and leg.release_number == 1 and leg.channel not in ("website", "feed")


class Settlements:
    """The plain arrivals of one worker that wait for a commit."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: list[tuple[Settlement, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def settle(self, settlement: Settlement, place: Place) -> None:
        """Settle an arrival; returns when that is durable. Raises what the whole commit raised."""
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((settlement, ended))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(place), name="settlements")
        await ended

    async def _write(self, place: Place) -> None:
        """Commit what waits until nothing does; each is told how its commit ended."""
        while self._waiting:
            batch, self._waiting = self._waiting, []
            act = partial(settle_all, settlements=tuple(s for s, _ended in batch), place=place)
            commit = asyncio.create_task(place.store.write(act))
            await asyncio.wait((commit,))
            for _settlement, ended in batch:
                if not ended.done():  # whoever handed it in may have been called off
                    _copy(commit, ended)
        self._writer = None


def _copy(commit: asyncio.Task[None], ended: asyncio.Future[None]) -> None:
    error = commit.exception()
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)


async def settle_all(tx: Tx, settlements: tuple[Settlement, ...], place: Place) -> None:
    """Make deliveries live whose posts are plain arrivals; a lease that was lost settles nothing."""
    at = place.now()
    receipts = {settlement.delivery_id: settlement for settlement in settlements}
    legs = await list_by_id(tx, tuple(receipts))
    states = {row.id: row.state for row in await lock_releases(tx, frozenset(leg.release_id for leg in legs))}
    under_way = tuple(leg for leg in legs if states[leg.release_id] in ("planned", "live"))
    moved = await _arrive(tx, under_way, receipts, at=at)
    await _count(tx, tuple(leg for leg in under_way if leg.id in moved), moved, place.bench, at=at)
    await set_releases_live(tx, tuple({leg.release_id for leg in under_way if leg.id in moved}))
    for leg in legs:
        if leg not in under_way and (leg.state, leg.attempt_id) == ("sending", receipts[leg.id].attempt_id):
            await settle(tx, leg, receipts[leg.id].receipt, place.limits[leg.channel], place.bench, at=at)


async def _arrive(
    tx: Tx, legs: tuple[DeliverySeen, ...], receipts: Mapping[str, Settlement], *, at: datetime
) -> Mapping[str, datetime]:
    """Move deliveries to live and close their attempts; give since when each of those that moved is live."""
    opened = await first_opened(tx, tuple(leg.id for leg in legs))
    arrivals = []
    for leg in legs:
        given = receipts[leg.id]
        live_at = plausible_live_at(given.receipt.live_at, opened[leg.id], at)
        arrivals.append(
            Arrival(leg.id, given.attempt_id, given.receipt.platform_id, given.receipt.link, live_at)
        )
    moved = await move_to_live(tx, arrivals, at=at)
    await close_live(tx, tuple(receipts[key].attempt_id for key in moved), at=at)
    return {arrival.delivery_id: arrival.live_at for arrival in arrivals if arrival.delivery_id in moved}


async def _count(
    tx: Tx, legs: tuple[DeliverySeen, ...], live_at: Mapping[str, datetime], bench: Bench, *, at: datetime
) -> None:
    """Write the first-live lines of the channels and of the items."""
    seen = await list_released(tx, frozenset(leg.release_id for leg in legs))
    await ledger.append_first_live(
        tx,
        tuple(
            entry_of(
                leg,
                seen[leg.release_id],
                "counted",
                channel,
                bench.new_id(),
                day=day_of(live_at[leg.id]),
                at=at,
            )
            for leg in legs
            for channel in (leg.counted_as, "item")
        ),
    )
