"""Kill workers again and again, or let them stand still and go on, and keep the books.

What is kept: where they died or stood, and what the world holds after it.
"""

import asyncio
import json
import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from tests.faults.mortal import Orders, Step, work
from tests.faults.office import CHANNELS, Office

FAULTS = (
    ("weibo", "/2/statuses/share.json", "drop_after"),
    ("weibo", "/2/statuses/share.json", "502_after"),
    ("weibo", "/2/statuses/share.json", "truncated"),
    ("weibo", "/2/statuses/share.json", "drop_before"),
    ("wechat", "/cgi-bin/freepublish/submit", "drop_after"),
    ("wechat", "/cgi-bin/freepublish/submit", "502_after"),
    ("wechat", "/cgi-bin/freepublish/submit", "drop_before"),
    ("wechat", "/cgi-bin/draft/add", "drop_after"),
    ("wechat", "/cgi-bin/draft/add", "502_after"),
)

# Between these the most is at stake: they come first, for a short campaign.
_FIRST = ("during request", "after request", "before commit", "after commit", "rename file")
_FIRST_TO_STAND_AT = ("before bytes", "before turn", "after commit", "during request", "rename file")

_LOCKED = ("before commit",)
"""Who stands there holds what others wait for, people as well: he goes on before anybody acts."""
_BESIDE = 3
"""So many visits another worker makes beside who holds something: it does what it can without that."""
PATIENCE = 6.0
"""So many seconds a worker may take before who stands still goes on: he may hold what it waits for."""

_BACK = ("withdrawing", "refresh")
"""The errands of a withdrawal."""
_AGAIN = ("site", "feed", "")
"""What works over a correction: it goes out again where an older version can be replaced."""
_TAKEN_BACK = {"site": "withdrawn", "feed": "withdrawn", "weibo": "withdraw_by_hand", "wechat": "withdrawn"}
_STILL_THERE = {"site": 0, "feed": 0, "weibo": 1, "wechat": 0}
"""After a withdrawal: on Weibo our application may not delete, so that a person is asked to."""


RunWorker = Callable[[Orders], Awaitable[list[Step] | None]]


@dataclass
class Tally:
    """The books of all campaigns of a run."""

    runs: int = 0
    kills: int = 0
    stops: int = 0
    faults: int = 0
    withdrawals: int = 0
    corrections: int = 0
    duplicates: int = 0
    losses: int = 0
    ledger_errors: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    stood_at: Counter[str] = field(default_factory=Counter)
    databases: Counter[str] = field(default_factory=Counter)
    posted: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def posts(self) -> int:
        return sum(self.posted.values())

    def is_clean(self) -> bool:
        return not (self.duplicates or self.losses or self.ledger_errors or self.wrong)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        places = {name: dict(sorted(getattr(self, name).items())) for name in ("killed_at", "stood_at")}
        words = {**self.__dict__, **places, "posted": self.posts}
        path.write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def forking() -> multiprocessing.context.BaseContext:
    """Give a server that forks workers quickly."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.mortal", "tests.faults.worker"])
    return context


def worker_of(forks: multiprocessing.context.BaseContext) -> RunWorker:
    """Give what runs a worker process; it gives its steps, or None when it was killed on its way."""

    def run(orders: Orders) -> list[Step] | None:
        with ProcessPoolExecutor(1, mp_context=forks) as pool:
            try:
                return pool.submit(work, orders).result(timeout=300)
            except BrokenProcessPool:
                return None

    return lambda orders: asyncio.to_thread(run, orders)


@dataclass(frozen=True)
class Standing:
    """A worker that stands still, and the steps it will have taken once it has ended.

    `pid` is None for one that has ended without coming to the step.
    """

    pid: int | None
    ending: asyncio.Future[list[Step] | None]

    async def go_on(self) -> list[Step]:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGCONT)
        return _ended(await self.ending)


class Campaign:
    """Runs on one office: each releases an item, kills up to three workers over it, and lets one finish.

    One of them may stand still instead, until another has finished, or until the item was corrected or taken
    back; then it goes on, and nothing may be any different.
    """

    def __init__(
        self,
        office: Office,
        run_worker: RunWorker,
        tally: Tally,
        seed: int,
        database: str,
    ) -> None:
        self._office, self._run_worker, self._tally = office, run_worker, tally
        self._chance = random.Random(seed)
        self._database = database
        self._met: dict[Step, int] = {}
        self._tried: Counter[Step] = Counter()
        self._stood: Counter[Step] = Counter()
        self._standing: list[Standing] = []
        self._number = 0

    async def begin(self) -> None:
        """Publish an item undisturbed, to know the steps of the way."""
        item = await self._office.released("第0条")
        await self._finish(partial(self._check, item, None))
        await self._correct(item)
        await self._finish(partial(self._check_correction, item))
        await self._office.withdraw(item)
        await self._finish(partial(self._check_withdrawal, item))
        self._count_run()
        self._tally.corrections += 1
        self._tally.withdrawals += 1

    async def run(self) -> str:
        """Do one run and give what is to be said of it."""
        self._number += 1
        self._office.hand.move(86_400)  # a new day: the platforms' budgets are full again
        item = await self._office.released(f"第{self._number}条")
        fault = self._play_a_fault()
        told = await self._disturb([step for step in self._met if step.errand not in _BACK])
        check = partial(self._check, item, fault)
        await self._finish(check)
        if self._number % 2:
            await self._correct(item)
            again = [step for step in self._met if step.errand not in _BACK and step.account in _AGAIN]
            told += await self._disturb(again)
            check = partial(self._check_correction, item)
            await self._finish(check)
            self._tally.corrections += 1
        if self._number % 3 == 0:
            await self._office.withdraw(item)
            told += await self._disturb([step for step in self._met if step.errand in _BACK])
            check = partial(self._check_withdrawal, item)
            await self._finish(check)
            self._tally.withdrawals += 1
        if self._standing:
            await self._go_on()
            await self._finish(check)
        self._count_run()
        return f"{self._database} {self._number}: {fault or '-'}; " + ", ".join(told)

    def _count_run(self) -> None:
        self._tally.runs += 1
        self._tally.databases[self._database] += 1

    async def _disturb(self, steps: list[Step]) -> list[str]:
        """Let a worker stand still or kill it, and perhaps two more; give what was done."""
        told = []
        if self._chance.random() < 0.4 or not self._tally.stops:
            told.append(await self._stop(self._next_of(steps, self._stood, _FIRST_TO_STAND_AT)))
        else:
            told.append(await self._kill(self._next_of(steps, self._tried, _FIRST)))
        while self._chance.random() < 0.4 and len(told) < 3:
            told.append(await self._kill(self._chance.choice(sorted(steps, key=str))))
        return told

    def _play_a_fault(self) -> str | None:
        if self._chance.random() < 0.5:
            return None
        platform, path, kind = self._chance.choice(FAULTS)
        getattr(self._office.sandbox, platform).next_call(path, kind)
        self._tally.faults += 1
        return f"{platform} {kind} {path}"

    def _next_of(self, steps: list[Step], tried: Counter[Step], first: tuple[str, ...]) -> Step:
        """Give the step at which fewest were disturbed, the most dangerous ones first."""

        def rank(step: Step) -> tuple[int, int, float]:
            what = first.index(step.what) if step.what in first else len(first)
            return tried[step], what + 10 * (step.errand != "deliver"), self._chance.random()

        return min(steps, key=rank)

    async def _kill(self, step: Step) -> str:
        self._tried[step] += 1
        ended = await self._work(self._disturbed(step))
        self._office.hand.move(70)  # the lease runs out
        if ended is not None:
            self._learn(ended)
            return f"(killed at {step})"
        self._tally.kills += 1
        self._tally.killed_at[str(step)] += 1
        return f"killed at {step}"

    async def _stop(self, step: Step) -> str:
        """Let a worker stand still at a step, for longer than its lease lasts."""
        self._stood[step] += 1
        worker = await begin_standing(self._run_worker, self._disturbed(step))
        self._office.hand.move(70)
        if worker.pid is None:
            self._learn(_ended(await worker.ending))
            return f"(stood at {step})"
        self._standing.append(worker)
        self._tally.stops += 1
        self._tally.stood_at[str(step)] += 1
        if step.what in _LOCKED or await self._office.is_something_held():
            self._learn(_ended(await self._work(replace(self._office.orders, visits=_BESIDE))))
            await self._go_on()
        return f"stood at {step}"

    def _disturbed(self, step: Step) -> Orders:
        return replace(self._office.orders, die_at=step, met=self._chance.randint(1, self._met[step]))

    async def _finish(self, check: Callable[[], Awaitable[None]]) -> None:
        """Let one worker finish and see what the world holds; then who stands still may go on, or not yet."""
        stood = self._standing
        self._learn(_ended(await self._work(self._office.orders)))
        if stood and not self._standing:
            # He went on beside this one, and both moved the clock: neither had its time for what they left.
            self._learn(_ended(await self._work(self._office.orders)))
        await check()
        if self._standing and self._chance.random() < 0.5:
            await self._go_on()
            await self._finish(check)

    async def _work(self, orders: Orders) -> list[Step] | None:
        """Run a worker; when it waits too long, for who stands still perhaps, he goes on."""
        work = asyncio.ensure_future(self._run_worker(orders))
        await asyncio.wait((work,), timeout=PATIENCE)
        if not work.done():
            await self._go_on()
        return await work

    async def _go_on(self) -> None:
        standing, self._standing = self._standing, []
        for one in standing:
            self._learn(await one.go_on())

    async def _correct(self, item: str) -> None:
        await self._office.corrected(item, title=_corrected(item))

    async def _check_correction(self, item: str) -> None:
        """Everybody shows the new version once, and nothing is counted anew."""
        titles = await self._office.titles(item)
        await self._check(item, None, () if titles == {_corrected(item)} else (f"corrected: {titles}",))

    async def _check_withdrawal(self, item: str) -> None:
        """Nobody shows the item, and each channel was counted back once."""
        seen, rows = await self._office.reckon(item), await self._office.row_errors()
        wanted = {(line, channel) for line in ("counted", "withdrawn") for channel in CHANNELS.values()}
        wanted = (wanted | {("counted", "item")}) - {("withdrawn", "weibo")}
        wrong = len(wanted ^ set(seen.lines)) + abs(len(wanted) - len(seen.lines)) + rows
        self._tally.ledger_errors += wrong
        if wrong or (seen.posts, seen.states) != (_STILL_THERE, _TAKEN_BACK):
            self._tally.wrong.append(f"{self._database} {item} taken back: {seen}, {rows} row errors")

    async def _check(self, item: str, fault: str | None, wrong: tuple[str, ...] = ()) -> None:
        """Every channel shows the item once, and counts it once."""
        seen, rows = await self._office.reckon(item), await self._office.row_errors()
        self._tally.posted[f"{self._database} {item}"] = sum(seen.posts.values())
        self._tally.duplicates += seen.duplicates
        self._tally.losses += seen.losses
        self._tally.ledger_errors += seen.ledger_errors + rows
        if seen.duplicates or seen.losses or seen.ledger_errors or rows or wrong:
            self._tally.wrong.append(f"{self._database} {item} {fault}: {seen}, {rows} row errors, {wrong}")

    def _learn(self, steps: list[Step]) -> None:
        """Remember how often each step was met; what happens only after a kill becomes known, too."""
        self._met |= Counter(steps)


def _ended(steps: list[Step] | None) -> list[Step]:
    if steps is None:
        raise AssertionError("a worker died that nobody killed")
    return steps


async def begin_standing(run_worker: RunWorker, orders: Orders) -> Standing:
    """Start a worker and wait until it stands still at its step."""
    place = orders.hand.with_name("standing")
    ending = asyncio.ensure_future(run_worker(replace(orders, stands_at=place)))
    while not ending.done():
        pid = await asyncio.to_thread(_pid_standing, place)
        if pid is not None:
            return Standing(pid, ending)
        await asyncio.sleep(0.02)
    return Standing(None, ending)


@asynccontextmanager
async def standing(run_worker: RunWorker, orders: Orders) -> AsyncIterator[None]:
    """Have a worker stand still at its step while the block lasts; it goes on and ends afterwards."""
    worker = await begin_standing(run_worker, orders)
    try:
        assert worker.pid is not None, "it never came there"
        yield
    finally:
        await worker.go_on()


def _pid_standing(place: Path) -> int | None:
    """Give the process that has written its number there, once the system has stopped it."""
    if not place.exists():
        return None
    told = place.read_text()
    state = Path(f"/proc/{told}/stat").read_text().rpartition(")")[2].split()[0] if told else ""
    if state != "T":
        return None
    place.unlink()
    return int(told)


def _corrected(item: str) -> str:
    return f"更正后的{item[-6:]}"
