"""A worker's rounds: take what is due from the store, do each errand in a leg of its own, look again.

The store alone says what is due. A wake-up that gets lost, a Redis that is away and a restart all cost at
most one poll interval.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

import structlog

from server.core.confirm import confirm
from server.core.dispatch import Claimed, claim, deliver, hand_back, keep_leases
from server.core.gates import regate_all
from server.core.lanes import OPEN, Lanes, lanes_of
from server.core.pushes import carry_push
from server.core.recheck import recheck
from server.core.reconcile import lapse, reconcile
from server.core.refresh import refresh
from server.core.withdraw import take_down
from server.core.workplace import Workplace
from server.store.backlog import OWN
from server.store.deliveries import LostRace
from server.store.due import take_due
from server.store.gates import list_due_releases
from server.store.tx import StoreAway, Tx

HOLD = timedelta(minutes=2)
"""So long a look is nobody else's; a worker that dies in it costs that much and nothing else."""

_AT_ONCE: Final = 500  # by one transaction
_BATCHES: Final = 20

log = structlog.get_logger()


class Wakeups(Protocol):
    """Tell and hear between processes that something may be ready; allowed to get lost."""

    async def wake(self) -> None:
        """Tell every worker."""

    async def wait(self, seconds: float, /) -> None:
        """Return when told, or after so many seconds."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to do outside a transaction; `name` tells it from every other one under way."""

    name: str
    delivery_id: str
    channel: str
    run: Callable[[], Coroutine[Any, Any, None]]
    opens: bool = True  # whether something else may be ready once it is done
    claimed: Claimed | None = None  # what it has a lease for


async def open_time_gates(place: Workplace, *, limit: int = _AT_ONCE) -> int:
    """Open the gates whose time has come; harmless however often and by however many it is done.

    At most so many transactions of `limit` releases: between them other writers have their turn.
    """
    opened = 0
    for _batch in range(_BATCHES):
        found, more = await place.store.write(lambda tx: _open_due(tx, place, limit))
        opened += more
        if found < limit:
            break
    return opened


async def _open_due(tx: Tx, place: Workplace, limit: int) -> tuple[int, int]:
    at = place.now()
    due = await list_due_releases(tx, at=at, limit=limit)
    return len(due), len(await regate_all(tx, due, place.bench.calendar, at=at))


async def recover_lapsed(place: Workplace) -> int:
    """Turn what a dead worker left behind into unknown deliveries that will be looked for."""
    return await place.store.write(lambda tx: lapse(tx, place, at=place.now(), limit=_AT_ONCE))


async def run_rounds(
    place: Workplace,
    wakeups: Wakeups,
    *,
    slots: int,
    poll_seconds: float,
    stop: asyncio.Event,
    finish_seconds: float = 20.0,
    hurry: asyncio.Event | None = None,
) -> None:
    """Do errands until told to stop; never more than `slots` at a time.

    Those under way then have `finish_seconds` to end by themselves, or until `hurry` is set: somebody waits.
    What takes longer is cut off and handed back: its outcome is unknown, and whoever works next looks for it
    before anything is sent again.
    """
    busy: dict[str, asyncio.Task[None]] = {}
    held = Counter[str]()  # slots by channel
    ended = asyncio.Event()

    def end(channel: str, task: asyncio.Task[None]) -> None:
        busy.pop(task.get_name(), None)
        held[channel] -= 1
        ended.set()

    async with asyncio.TaskGroup() as legs:
        keeper = legs.create_task(keep_leases(place), name="leases")
        while not stop.is_set():
            ended.clear()
            room = slots - len(busy)
            errands = await _take(place, room, frozenset(busy), lanes_of(slots, held))
            for errand in errands:
                busy[errand.name] = legs.create_task(_run(errand, wakeups), name=errand.name)
                held[errand.channel] += 1
                busy[errand.name].add_done_callback(partial(end, errand.channel))
            # A round that left nothing behind has seen everything: whoever makes more ready wakes us, and a
            # look at nothing costs as much as one at an item. The end of a leg has something to offer only
            # where something was left behind for want of room.
            left = place.memory.is_left
            if not (errands and left):
                await _rest(wakeups, poll_seconds, stop, ended if left else asyncio.Event())
        late = await _finish(busy, finish_seconds, hurry or asyncio.Event())
        keeper.cancel()
        await _cut_off(place, late)


async def take_errands(
    place: Workplace, *, room: int, busy: frozenset[str] = frozenset(), lanes: Lanes = OPEN
) -> tuple[Errand, ...]:
    """Take what is due, at most `room`: looks get their share first, so that no backlog starves them.

    What is claimed is held from the commit on, not before: where the answer to the commit gets lost nobody
    will send it, and its lease must lapse.
    """
    since = place.uptime()
    errands = await place.store.write(
        lambda tx: _take_errands(tx, place, at=place.now(), room=room, busy=busy, lanes=lanes)
    )
    for claimed in (errand.claimed for errand in errands if errand.claimed):
        place.hold((claimed.leg.attempt_id,), claimed.lease_until, since=since)
    return errands


async def _take_errands(
    tx: Tx, place: Workplace, *, at: datetime, room: int, busy: frozenset[str], lanes: Lanes
) -> tuple[Errand, ...]:
    due = await take_due(
        tx, tuple(_LOOKS), at=at, until=at + HOLD, room=room, outside=lanes.outside, shut=lanes.shut
    )
    errands = [
        Errand(f"{state} {key}", key, channel, partial(_LOOKS[state], place, key))
        for state, key, channel in due.looks
    ]
    held = sum(channel not in OWN for _state, _key, channel in due.looks)
    lanes = Lanes(lanes.outside - held, lanes.shut)
    for stale in due.stale:
        errand = Errand(
            f"refresh {stale.delivery_id}", stale.delivery_id, "website", partial(refresh, place, stale)
        )
        if errand.name not in busy:
            errands.append(errand)
    pushes = (Errand(f"push {key}", key, "wechat", partial(carry_push, place, key)) for key in due.pushes)
    errands += [errand for errand in pushes if errand.name not in busy]
    lanes = Lanes(lanes.outside - len(due.pushes), lanes.shut)
    left = room - len(errands)
    claims = await claim(tx, place, at=at, limit=left, lanes=lanes) if left > 0 else ()
    place.memory.is_left |= due.is_left or left < 1
    for claimed in claims:
        leg = claimed.leg
        run = partial(deliver, place, claimed)
        is_page = leg.channel == "website"
        errands.append(Errand(f"deliver {leg.id}", leg.id, leg.channel, run, opens=is_page, claimed=claimed))
    return tuple(errands)


_LOOKS: Mapping[str, Callable[[Workplace, str], Coroutine[Any, Any, None]]] = {
    "withdrawing": take_down,
    "accepted": confirm,
    "unknown": reconcile,
    "live": recheck,
}


async def _take(place: Workplace, room: int, busy: frozenset[str], lanes: Lanes) -> tuple[Errand, ...]:
    if room < 1:
        return ()
    try:
        return await take_errands(place, room=room, busy=busy, lanes=lanes)
    except StoreAway as error:
        log.warning("store_away", reason=str(error))
        return ()


async def _run(errand: Errand, wakeups: Wakeups) -> None:
    """Do one errand; the only place with a broad except, because one leg must not end its sisters."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(delivery_id=errand.delivery_id, errand=errand.name.split()[0])
    try:
        await errand.run()
    except StoreAway as error:
        log.warning("store_away", reason=str(error))
    except LostRace as error:
        log.info("lost_race", move=str(error))  # somebody else did it first, and we have changed nothing
    except Exception as error:  # noqa: BLE001 -- one leg must not end its sisters
        # The attempt stays open: its lease lapses, the outcome is unknown, and a look decides.
        # In a thread: a traceback reads the sources.
        await asyncio.to_thread(partial(log.error, "errand_failed", exc_info=error))
    if errand.opens:
        await wakeups.wake()


async def _finish(
    busy: dict[str, asyncio.Task[None]], seconds: float, hurry: asyncio.Event
) -> frozenset[asyncio.Task[None]]:
    """Wait for what is under way, whose leases are kept meanwhile; give what did not end in time."""
    left, loop = set(busy.values()), asyncio.get_running_loop()
    hurried, ends = asyncio.ensure_future(hurry.wait()), loop.time() + seconds
    while left and not hurried.done() and loop.time() < ends:
        await asyncio.wait((*left, hurried), timeout=ends - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        left = {leg for leg in left if not leg.done()}
    hurried.cancel()
    return frozenset(left)


async def _cut_off(place: Workplace, late: frozenset[asyncio.Task[None]]) -> None:
    """End errands that took too long, and hand back the attempts they leave open."""
    if not late:
        return
    log.warning("errands_cut_off", errands=sorted(task.get_name() for task in late))
    held = tuple(place.memory.held)
    for task in late:
        task.cancel()
    await asyncio.wait(late)
    if held:
        await hand_back(place, held)


async def _rest(wakeups: Wakeups, seconds: float, stop: asyncio.Event, ended: asyncio.Event) -> None:
    """Wait for whatever comes first: a wake-up, the poll interval, the end of a leg, the order to stop."""
    waits = [
        asyncio.ensure_future(wakeups.wait(seconds)),
        asyncio.ensure_future(stop.wait()),
        asyncio.ensure_future(ended.wait()),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
