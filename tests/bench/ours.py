"""Tongfa's own publishing core, timed: items are accepted and go to four platforms.

    python -m tests.bench.ours ORDERS          ORDERS is JSON: database, platform, items, pace

Prints JSON: seconds, latencies (ms, from acceptance begun to the last delivery settled), spent (seconds by
part). With a pace (items a second) it waits between items; without one it takes them as they come.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import uvloop

from server.app import ease_collector
from server.core import dispatch, rounds
from server.core.rounds import run_rounds
from server.core.settlements import Settlements
from server.store.items import ItemSeen
from tests.bench.noop import Office, open_office

T = TypeVar("T")
SLOTS = 256


class Bell:
    """Wake-ups within the process: what Redis carries between processes is not what is compared."""

    def __init__(self) -> None:
        """Begin silent."""
        self._rung = asyncio.Event()

    async def wake(self) -> None:
        """Ring."""
        self._rung.set()

    async def wait(self, seconds: float, /) -> None:
        """Wait for a ring."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return
        self._rung.clear()


class Watch:
    """Where the time goes, and when each item had its last delivery settled."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.spent: dict[str, float] = defaultdict(float)
        self.left: dict[str, int] = defaultdict(lambda: 4)
        self.settled: dict[str, float] = {}

    def timed(self, part: str, act: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        """Give the act with its waiting time added to a part."""

        async def run(*args: Any, **more: Any) -> T:
            begun = time.perf_counter()
            try:
                return await act(*args, **more)
            finally:
                self.spent[part] += time.perf_counter() - begun

        return run

    def watch_settlements(self) -> None:
        """Note when an item's last delivery is durable."""
        settle = Settlements.settle
        watch = self

        async def noted(self: Settlements, one: Any, place: Any) -> None:
            await settle(self, one, place)
            watch.left[one.leg.item_id] -= 1
            if watch.left[one.leg.item_id] == 0:
                watch.settled[one.leg.item_id] = time.time()

        Settlements.settle = noted


async def publish(
    office: Office, items: list[ItemSeen], pace: float, watch: Watch
) -> tuple[float, list[float]]:
    """Accept items and wait until all are settled; give the seconds, and each item's in ms."""
    stop, bell = asyncio.Event(), Bell()
    worker = asyncio.create_task(
        run_rounds(office.place, bell, slots=SLOTS, poll_seconds=1.0, stop=stop), name="worker"
    )
    accepted: dict[str, float] = {}
    turns = asyncio.Semaphore(64)
    begun = time.time()

    async def accept(seen: ItemSeen) -> None:
        async with turns:
            accepted[seen.id] = time.time()
            await office.accept(seen)
        await bell.wake()

    async with asyncio.TaskGroup() as editors:
        for number, seen in enumerate(items):
            if pace:
                await asyncio.sleep(max(0.0, begun + number / pace - time.time()))
            editors.create_task(accept(seen))
    while len(watch.settled) < len(items):  # noqa: ASYNC110 -- the core must not know it is watched
        await asyncio.sleep(0.005)
    stop.set()
    await worker
    seconds = max(watch.settled.values()) - begun
    return seconds, [1000 * (watch.settled[key] - accepted[key]) for key in accepted]


async def main(orders: dict[str, Any]) -> None:
    """Run once and print what was seen."""
    ease_collector()  # as every process of the product does
    watch = Watch()
    watch.watch_settlements()
    rounds.claim = watch.timed("claim", dispatch.claim)  # type: ignore[attr-defined]
    async with open_office(orders["database"], orders["platform"]) as office:
        warm = await office.approved(20)
        await publish(office, warm, 0, watch)
        watch.settled.clear()
        watch.spent.clear()
        items = await office.approved(orders["items"])
        cpu = time.process_time()
        seconds, latencies = await publish(office, items, orders["pace"], watch)
        watch.spent["process cpu"] = time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "latencies": latencies, "spent": watch.spent}))


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
