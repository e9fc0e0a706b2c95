"""A worker that can be killed at any step of its way, run as a process of its own.

The faults come in through the constructor: a store that ends the process before or after a commit, and a
transport that ends it before or after a request. The code under test has no hook and knows nothing of it.
"""

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from channels.contract import Tools
from channels.transport import Result, Transport
from scheduler.workdays import Calendar
from server.core.ids import new_id
from server.core.live_site import LiveSite
from server.core.rounds import open_time_gates, recover_lapsed, take_errands
from server.core.settle import Bench
from server.core.workplace import Workplace
from server.store.tx import refuse_network_inside_transaction
from tests.faults.mortal_store import MortalStore
from tests.house import LIMITS, SITE, open_plain


@dataclass(frozen=True)
class Orders:
    """What a worker is told: which database, what time it is, and at which step it dies (0: never)."""

    database_url: str
    moment: datetime
    die_at: int
    rounds: int = 40


class Steps:
    """Counts the steps of the way and ends the process at one of them, as a power cut would."""

    def __init__(self, die_at: int) -> None:
        self.die_at, self.taken = die_at, 0
        self.names: list[str] = []

    def step(self, name: str) -> None:
        self.taken += 1
        self.names.append(name)
        if self.taken == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalTransport(Transport):
    """Dies before a request leaves or after its answer came."""

    def __init__(self, session: aiohttp.ClientSession, steps: Steps) -> None:
        super().__init__(session, seconds=5)
        self._steps = steps

    async def send(self, *args: Any, **more: Any) -> Result:
        self._steps.step("before request")
        result = await super().send(*args, **more)
        self._steps.step("after request")
        return result


def work(orders: Orders) -> list[str]:
    """Do errands until there are none, and give the steps that were taken; or die on the way."""
    return asyncio.run(_work(orders))


async def _work(orders: Orders) -> list[str]:
    steps = Steps(orders.die_at)
    store = MortalStore(orders.database_url, steps.step)
    trace = aiohttp.TraceConfig()

    async def guard(*_args: Any) -> None:
        refuse_network_inside_transaction()

    trace.on_request_start.append(guard)
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, trace_configs=[trace]) as session:
        tools = Tools(MortalTransport(session, steps), None, SITE, None, None, None)
        place = Workplace(
            store=store,
            bench=Bench(Calendar(), new_id),
            sites=LiveSite(SITE),
            open_channel=lambda row: open_plain(row, tools),
            limits=LIMITS,
            now=lambda: orders.moment,
            worker=f"worker-{os.getpid()}",
            lease=timedelta(seconds=60),
        )
        await _rounds(place, orders.rounds)
    await store.close()
    return steps.names


async def _rounds(place: Workplace, rounds: int) -> None:
    await recover_lapsed(place)
    await open_time_gates(place)
    for _round in range(rounds):
        errands = await take_errands(place, room=8)
        if not errands:
            return
        for errand in errands:
            await errand.run()
