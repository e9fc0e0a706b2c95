"""The publishing core as an office runs it: one process takes items, two others send them, woken by Valkey.

    python -m tests.bench.apart ORDERS          ORDERS is JSON: database, platform, queue, items, pace

Prints JSON as tests.bench.ours does; an item's time ends when its last delivery is durable in either worker.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import uvloop

from server.app import ease_collector
from server.core.rounds import run_rounds
from server.core.settlements import Settlements
from server.ephemeral.connection import close_redis, open_redis
from server.ephemeral.wakeups import Wakeups
from server.store.items import ItemSeen
from tests.bench.noop import CHANNELS, Office, open_office, open_place
from tests.bench.ours import SLOTS

WORKERS = 2


async def work(orders: dict[str, Any]) -> None:
    """Send what is due until stdin ends; print the item and the moment of each delivery that was settled."""
    ease_collector()
    settle = Settlements.settle

    async def told(self: Settlements, one: Any, place: Any) -> None:
        await settle(self, one, place)
        print(one.leg.item_id, time.time(), flush=True)

    Settlements.settle = told
    stop, redis = asyncio.Event(), open_redis(orders["queue"])
    wakeups = Wakeups(redis)
    async with open_place(orders["database"], orders["platform"], orders["worker"]) as place:
        rounds = asyncio.create_task(run_rounds(place, wakeups, slots=SLOTS, poll_seconds=1.0, stop=stop))
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        stop.set()
        await rounds
    await wakeups.close()
    await close_redis(redis)


class Desk:
    """The process that takes items in, and what its workers tell."""

    def __init__(self, office: Office, wakeups: Wakeups) -> None:
        """Begin with nothing settled."""
        self._office, self._wakeups = office, wakeups
        self._left: Counter[str] = Counter()
        self._settled: dict[str, float] = {}
        self._done = asyncio.Event()

    async def listen(self, worker: asyncio.subprocess.Process) -> None:
        """Hear what a worker settled, until it ends."""
        assert worker.stdout
        async for line in worker.stdout:
            item, moment = line.decode().split()
            self._settled[item] = max(self._settled.get(item, 0.0), float(moment))
            self._left[item] -= 1
            if not self._left[item]:
                del self._left[item]
                if not self._left:
                    self._done.set()

    async def publish(self, items: list[ItemSeen], pace: float) -> tuple[float, list[float]]:
        """Accept items and wait until all are settled; give the seconds, and each item's in ms."""
        self._left.update(dict.fromkeys((seen.id for seen in items), len(CHANNELS)))
        self._done.clear()
        accepted: dict[str, float] = {}
        turns, begun = asyncio.Semaphore(64), time.time()

        async def accept(seen: ItemSeen) -> None:
            async with turns:
                accepted[seen.id] = time.time()
                await self._office.accept(seen)
            await self._wakeups.wake()

        async with asyncio.TaskGroup() as editors:
            for number, seen in enumerate(items):
                if pace:
                    await asyncio.sleep(max(0.0, begun + number / pace - time.time()))
                editors.create_task(accept(seen))
        await self._done.wait()
        seconds = max(self._settled[key] for key in accepted) - begun
        return seconds, [1000 * (self._settled[key] - at) for key, at in accepted.items()]


async def hand_in(orders: dict[str, Any]) -> None:
    """Run once with workers of its own, and print what was seen."""
    ease_collector()
    redis = open_redis(orders["queue"])
    wakeups = Wakeups(redis)
    async with open_office(orders["database"], orders["platform"]) as office, asyncio.TaskGroup() as ears:
        desk, workers = Desk(office, wakeups), []
        for number in range(WORKERS):
            given = json.dumps({**orders, "worker": f"bench-{number}"})
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.apart", given,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert worker.stdout
            await worker.stdout.readline()  # it is ready
            ears.create_task(desk.listen(worker))
            workers.append(worker)
        await desk.publish(await office.approved(20), 0)
        seconds, latencies = await desk.publish(await office.approved(orders["items"]), orders["pace"])
        for worker in workers:
            assert worker.stdin
            worker.stdin.close()
    await close_redis(redis)
    print(json.dumps({"seconds": seconds, "latencies": latencies, "spent": {}}))


if __name__ == "__main__":
    ORDERS = json.loads(sys.argv[1])
    uvloop.run(work(ORDERS) if "worker" in ORDERS else hand_in(ORDERS))
