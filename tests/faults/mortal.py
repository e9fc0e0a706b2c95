"""A real worker with the real adapters, as a process of its own that dies or stands still where it is told.

The parts are the product's, opened by its own wiring. What stops it stands around them and nowhere in them: a
store that does so before or after a commit, a transport before, during or after a request, a trace of the
session before the first byte, a document root before its turn, and an audit hook of the interpreter when a
file is opened, renamed or removed.
"""

import asyncio
import os
import random
import signal
import struct
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
import structlog

from channels.contract import Channel, DocRoot
from channels.transport import Result, Transport
from server.app import open_house
from server.core.rounds import open_time_gates, recover_lapsed, run_rounds
from server.core.workplace import Workplace
from server.network import open_session
from server.settings import load_settings
from server.store.accounts import AccountRow
from server.store.tx import Store
from tests.faults.mortal_store import MortalStore

ENDS = "('live', 'withdrawn', 'replaced', 'cancelled', 'superseded', 'gone_at_platform')"
ERRANDS = ("deliver ", "push ", "live ", "accepted ", "unknown ", "withdrawing ", "refresh ")
"""How the tasks of a worker's errands are named."""
STRIDE = 200.0
"""Seconds between two visits: longer than a lease and than any platform's settle time."""


class SharedHand:
    """A clock moved by hand that stands in a file, so that worker and platform tell the same time."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    @classmethod
    def start(cls, path: Path, moment: datetime) -> "SharedHand":
        hand = cls(path)
        hand._write(moment.timestamp())
        return hand

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("d", os.pread(self._file, 8, 0))[0], UTC)

    def move(self, seconds: float) -> None:
        self._write(self().timestamp() + seconds)

    def _write(self, seconds: float) -> None:
        os.pwrite(self._file, struct.pack("d", seconds), 0)


@dataclass(frozen=True)
class Step:
    """One step of the way: what happens, in which errand, on which account."""

    what: str
    errand: str
    account: str

    def __str__(self) -> str:
        return f"{self.what} {self.errand} {self.account}".strip()


@dataclass(frozen=True)
class Orders:
    """What a worker is told: where it works, what the time is, and at which step it dies, met so often.

    With `stands_at` it stands still there instead, after it has written its number into that file.
    """

    var: Path
    database_url: str
    redis_url: str
    public_url: str
    hand: Path
    die_at: Step | None = None
    met: int = 1
    stands_at: Path | None = None
    visits: int = 20
    slots: int = 4
    http_seconds: float = 5


class Steps:
    """Counts the steps and ends the process at one of them, as a power cut would, or has it stand still."""

    def __init__(self, orders: Orders) -> None:
        self._die_at, self._left, self._stands_at = orders.die_at, orders.met, orders.stands_at
        self._lock = threading.Lock()  # files are written in threads
        self.taken: list[Step] = []

    def step(self, what: str) -> None:
        if self.is_last(what):
            self.end()

    def end(self) -> None:
        if self._stands_at is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            self._stands_at.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGSTOP)

    def is_last(self, what: str) -> bool:
        """Count a step; say whether the process ends at it."""
        bound = structlog.contextvars.get_contextvars()
        step = Step(what, bound.get("errand", "claim"), bound.get("account", ""))
        with self._lock:
            self.taken.append(step)
            self._left -= step == self._die_at
            return step == self._die_at and self._left == 0

    def watch_files(self, folder: Path) -> None:
        """Count what happens to files below a folder, whoever does it and in whatever thread."""

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if event not in ("open", "os.rename", "os.remove") or not isinstance(args[0], str | Path):
                return
            if event == "open" and not (isinstance(args[1], str) and set(args[1]) & set("wxa")):
                return
            if str(args[0]).startswith(str(folder)):
                self.step(
                    {"open": "write file", "os.rename": "rename file", "os.remove": "remove file"}[event]
                )

        sys.addaudithook(hook)


class MortalTransport(Transport):
    """Dies before a request leaves, at some moment while it is under way, or after its answer came."""

    def __init__(self, session: Any, steps: Steps, seconds: float) -> None:
        super().__init__(session, seconds=seconds)
        self._steps = steps

    async def send(self, *args: Any, **more: Any) -> Result:
        self._steps.step("before request")
        if self._steps.is_last("during request"):
            call = asyncio.create_task(super().send(*args, **more))
            await asyncio.wait((call,), timeout=random.uniform(0, 0.008))
            self._steps.end()
            result = await call
        else:
            result = await super().send(*args, **more)
        self._steps.step("after request")
        return result


class MortalRoot:
    """Dies before its turn to write."""

    def __init__(self, root: DocRoot, steps: Steps) -> None:
        self._root, self._steps = root, steps

    def __getattr__(self, name: str) -> Any:
        return getattr(self._root, name)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        self._steps.step("before turn")
        async with self._root.turn():
            yield


def trace_of(steps: Steps) -> aiohttp.TraceConfig:
    """Count what comes last of all before the first byte of a request: its headers are ready by then."""

    async def before_bytes(*_args: object) -> None:
        steps.step("before bytes")

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(before_bytes)
    trace.freeze()
    return trace


class Visit:
    """The wake-ups of one visit; when nothing is left to do at this moment the visit ends."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._told, self._stop = asyncio.Event(), stop

    async def wake(self) -> None:
        self._told.set()

    async def wait(self, _seconds: float, /) -> None:
        while not self._told.is_set():
            if not any(task.get_name().startswith(ERRANDS) for task in asyncio.all_tasks()):
                self._stop.set()
                break
            await asyncio.sleep(0.005)
        self._told.clear()


def work(orders: Orders) -> list[Step]:
    """Work until every delivery has an end, and give the steps that were taken; or die on the way."""
    return asyncio.run(_work(orders))


async def _work(orders: Orders) -> list[Step]:
    hand, steps = SharedHand(orders.hand), Steps(orders)
    settings = load_settings(
        var=orders.var, database_url=orders.database_url, redis_url=orders.redis_url,
        public_url=orders.public_url, http_seconds=orders.http_seconds,
    )  # fmt: skip
    store = MortalStore(orders.database_url, steps.step)
    async with open_house(settings, migrate_first=False) as house, open_session() as session:
        session.trace_configs.append(trace_of(steps))
        opener: Any = house.workplace.open_channel
        http = MortalTransport(session, steps, settings.http_seconds)
        opener = replace(opener, store=store, http=http, root=MortalRoot(opener.root, steps))

        def open_channel(row: AccountRow) -> Channel:
            structlog.contextvars.bind_contextvars(account=row.slug)
            opened: Channel = opener(row)
            return opened

        lease = timedelta(seconds=60)
        place = replace(house.workplace, store=store, open_channel=open_channel, now=hand, lease=lease)
        steps.watch_files(settings.var / "site")
        for number in range(orders.visits):
            await visit(place, orders.slots)
            if await _all_ended(store):
                break
            hand.move(STRIDE * 1.25**number)  # looks at a platform grow rarer, too
    await store.close()
    return steps.taken


async def visit(place: Workplace, slots: int = 4) -> None:
    """Do whatever is due at this moment, and what becomes due by it."""
    await recover_lapsed(place)
    await open_time_gates(place)
    stop = asyncio.Event()
    await run_rounds(place, Visit(stop), slots=slots, poll_seconds=0.1, stop=stop)


async def _all_ended(store: Store) -> bool:
    async with store.read() as tx:
        open_ones = await tx.execute(
            sa.text(
                f"SELECT count(*) FROM deliveries WHERE state NOT IN {ENDS} AND due_at IS NOT NULL"
                " OR state IN ('ready', 'sending')"
            )
        )
        return int(open_ones.scalar_one()) == 0
