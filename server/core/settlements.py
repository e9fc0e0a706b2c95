"""Settle many arrivals in one commit: what arrives while a commit is under way is settled by the next.

This is the common case only: a post that went live and that nothing waits for or is replaced by, settled by
a handful of statements for however many. Every other outcome takes settle()'s way, one by one; so does an
arrival whose release was withdrawn or replaced meanwhile.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol, TypeGuard

from channels.contract import Limits, Outcome, Receipt
from channels.item import Content
from server.core.days import day_of
from server.core.late import settle_late
from server.core.settle import Bench, plausible_live_at, settle
from server.store.arrivals import Arrival, settle_arrivals
from server.store.backlog import Leg
from server.store.deliveries import get_delivery
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

    @property
    def under_way(self) -> int:
        """How many attempts have not ended yet."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""


TOGETHER: Final = 0.002
"""So many seconds the first of several that are under way waits for the others: what was sent together comes
back together, and one commit for all ends sooner than two."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The proof that came of an attempt, and what is counted by it; `receipt.live_at` is set."""

    leg: Leg
    content: Content
    first_tried: datetime
    receipt: Receipt


_Batch = list[tuple[Settlement, asyncio.Future[bool]]]
"""What waits for a commit; each is told whether that settled it, or it must be settled alone."""


def is_plain(outcome: Outcome, leg: Leg) -> TypeGuard[Receipt]:
    """Say whether an outcome may be settled with others: nothing waits for it or is replaced by it."""
    is_live = isinstance(outcome, Receipt) and outcome.live_at is not None
    return is_live and leg.release_number == 1 and leg.channel not in ("website", "feed")


class Settlements:
    """The plain arrivals of one worker that wait for a commit."""

    def __init__(self, together: float = TOGETHER) -> None:
        """Begin with none; `together` is how many seconds the first waits for the others."""
        self._together = together
        self._waiting: _Batch = []
        self._writer: asyncio.Task[None] | None = None
        self._complete: asyncio.Future[None] | None = None  # stands while others are waited for

    async def settle(self, settlement: Settlement, place: Place) -> None:
        """Settle an arrival; returns when that is durable. Raises what its commit raised."""
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((settlement, ended))
        if self._writer is None or self._writer.done():  # done: it was called off, and nobody waits for it
            self._writer = asyncio.create_task(self._write(place), name="settlements")
        elif len(self._waiting) >= place.under_way:
            self._stop_waiting()
        if not await ended:
            await place.store.write(partial(_settle_alone, one=settlement, place=place))

    async def _write(self, place: Place) -> None:
        """Commit what waits until nothing does; each is told how its commit ended."""
        while self._waiting:
            await self._gather(place)
            batch, self._waiting = self._waiting, []
            act = _settle_together(tuple(one for one, _ended in batch), place)
            commit = asyncio.create_task(act, name="settling")
            # Told by the commit, not from here: who writes may be called off before it has ended.
            commit.add_done_callback(partial(_tell, batch))
            await asyncio.wait((commit,))
        self._writer = None

    async def _gather(self, place: Place) -> None:
        """Let those come that are under way, for a moment."""
        await asyncio.sleep(0)  # whoever was just settled is under way until it is told
        if len(self._waiting) < place.under_way:
            loop = asyncio.get_running_loop()
            self._complete = loop.create_future()
            end = loop.call_later(self._together, self._stop_waiting)
            try:
                await self._complete
            finally:
                end.cancel()
                self._complete = None

    def _stop_waiting(self) -> None:
        if self._complete is not None and not self._complete.done():
            self._complete.set_result(None)


def _tell(batch: _Batch, commit: asyncio.Task[frozenset[str]]) -> None:
    error = None if commit.cancelled() else commit.exception()
    for one, ended in batch:
        if ended.done():  # whoever handed it in was called off
            continue
        if commit.cancelled():
            ended.cancel()
        elif error is None:
            ended.set_result(one.leg.id not in commit.result())
        else:
            ended.set_exception(error)


async def _settle_together(settlements: tuple[Settlement, ...], place: Place) -> frozenset[str]:
    """Make deliveries live whose posts are plain arrivals; give the ids of those left to be settled alone.

    A lease that was lost settles nothing.
    """
    at = place.now()
    arrivals = tuple(_arrival(one, place.limits[one.leg.channel], at) for one in settlements)
    # What was live before midnight may be earlier than what was counted since: that is settled by itself.
    today = tuple(one for one in arrivals if one.day >= day_of(at))
    left = frozenset(one.delivery_id for one in arrivals if one.day < day_of(at))
    if today:
        left |= await settle_arrivals(place.store, today, at=at, new_id=place.bench.new_id)
    return left


async def _settle_alone(tx: Tx, one: Settlement, place: Place) -> None:
    """Settle an arrival of yesterday, or whose release was withdrawn or replaced while the call lasted."""
    at = place.now()
    leg = await get_delivery(tx, one.leg.id)
    if (leg.state, leg.attempt_id) == ("sending", one.leg.attempt_id):
        await settle(tx, leg, one.receipt, place.limits[leg.channel], place.bench, at=at)
    else:
        await settle_late(tx, leg, one.receipt, place.bench.terms, at=at)


def _arrival(one: Settlement, limits: Limits, at: datetime) -> Arrival:
    live_at = plausible_live_at(one.receipt.live_at, one.first_tried, at)
    return Arrival(
        delivery_id=one.leg.id,
        attempt_id=one.leg.attempt_id,
        release_id=one.leg.release_id,
        item_id=one.leg.item_id,
        platform_id=one.receipt.platform_id,
        link=one.receipt.link,
        live_at=live_at,
        day=day_of(live_at),
        counted_as=one.leg.counted_as,
        org_id=one.content.org.id,
        kind=one.content.kind,
        column=one.content.column.slug,
        look_at=at + timedelta(seconds=limits.watch_after[0]) if limits.watch_after else None,
        is_counted=not one.content.practice,
    )
