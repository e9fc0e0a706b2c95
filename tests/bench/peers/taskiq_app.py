"""The peer taskiq: one task a delivery, over a Redis stream, with a durable result row for each.

Run in an environment of its own. `BENCH` holds the orders as JSON: redis, platform, database.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

import aiohttp
from taskiq import TaskiqEvents, TaskiqState
from taskiq_redis import RedisStreamBroker

from tests.bench.peers.results import open_results

ORDERS: dict[str, Any] = json.loads(os.environ["BENCH"])

broker = RedisStreamBroker(url=ORDERS["redis"])


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def start(state: TaskiqState) -> None:
    """Open what a worker keeps open."""
    state.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    state.results = await open_results(ORDERS["database"])


@broker.on_event(TaskiqEvents.WORKER_SHUTDOWN)
async def stop(state: TaskiqState) -> None:
    """Close it again."""
    await state.session.close()
    await state.results.close()


@broker.task(task_name="deliver")
async def deliver(item: int, channel: str) -> None:
    """Post one delivery and keep its result."""
    address = f"{ORDERS['platform']}/{channel}"
    async with broker.state.session.post(
        address, json={"title": f"稿件 {item}", "mark": str(item)}
    ) as answer:
        given = await answer.json(content_type=None)
    await broker.state.results.add(item, channel, given["id"], time.time())


async def kick(items: int, pace: float) -> None:
    """Hand in items, each as four tasks; print when each was handed in."""
    await broker.startup()
    kicked = {}
    begun = time.time()
    turns = asyncio.Semaphore(64)

    async def one(item: int) -> None:
        async with turns:
            kicked[item] = time.time()
            await asyncio.gather(*(deliver.kiq(item, channel) for channel in ORDERS["channels"]))

    if pace:
        for item in range(items):
            await asyncio.sleep(max(0.0, begun + item / pace - time.time()))
            await one(item)
    else:
        await asyncio.gather(*(one(item) for item in range(items)))
    await broker.shutdown()
    print(json.dumps({"begun": begun, "kicked": kicked}))


if __name__ == "__main__":
    asyncio.run(kick(int(sys.argv[1]), float(sys.argv[2])))
