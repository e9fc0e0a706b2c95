"""Kill workers again and again, and keep the books: where they died, and what the world holds after it."""

import asyncio
import json
import multiprocessing
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
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


_BACK = ("withdrawing", "refresh")
"""The errands of a withdrawal."""
_AGAIN = ("site", "feed", "")
"""What works over a correction: it goes out again where an older version can be replaced."""
_TAKEN_BACK = {"site": "withdrawn", "feed": "withdrawn", "weibo": "withdraw_by_hand", "wechat": "withdrawn"}
_STILL_THERE = {"site": 0, "feed": 0, "weibo": 1, "wechat": 0}
"""After a withdrawal: on Weibo our application may not delete, so that a person is asked to."""


@dataclass
class Tally:
    """The books of all campaigns of a run."""

    runs: int = 0
    kills: int = 0
    faults: int = 0
    withdrawals: int = 0
    corrections: int = 0
    posts: int = 0
    duplicates: int = 0
    losses: int = 0
    ledger_errors: int = 0
    killed_at: Counter[str] = field(default_factory=Counter)
    databases: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def is_clean(self) -> bool:
        return not (self.duplicates or self.losses or self.ledger_errors or self.wrong)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        words = self.__dict__ | {"killed_at": dict(sorted(self.killed_at.items()))}
        path.write_text(json.dumps(words, ensure_ascii=False, indent=2) + "\n")


def forking() -> multiprocessing.context.BaseContext:
    """Give a server that forks workers quickly."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.mortal", "tests.faults.worker"])
    return context


def worker_of(forks: multiprocessing.context.BaseContext) -> Callable[[Orders], Awaitable[list[Step] | None]]:
    """Give what runs a worker process; it gives its steps, or None when it was killed on its way."""

    def run(orders: Orders) -> list[Step] | None:
        with ProcessPoolExecutor(1, mp_context=forks) as pool:
            try:
                return pool.submit(work, orders).result(timeout=110)
            except BrokenProcessPool:
                return None

    return lambda orders: asyncio.to_thread(run, orders)


class Campaign:
    """Runs on one office: each releases an item, kills up to three workers over it, and lets one finish."""

    def __init__(
        self,
        office: Office,
        run_worker: Callable[[Orders], Awaitable[list[Step] | None]],
        tally: Tally,
        seed: int,
        database: str,
    ) -> None:
        self._office, self._run_worker, self._tally = office, run_worker, tally
        self._chance = random.Random(seed)
        self._database = database
        self._met: dict[Step, int] = {}
        self._tried: Counter[Step] = Counter()
        self._number = 0

    async def begin(self) -> None:
        """Publish an item undisturbed, to know the steps of the way."""
        item = await self._office.released("第0条")
        await self._finish(item, None)
        await self._correct(item)
        await self._finish_correction(item)
        await self._office.withdraw(item)
        await self._finish_withdrawal(item)

    async def run(self) -> str:
        """Do one run and give what is to be said of it."""
        self._number += 1
        self._office.hand.move(86_400)  # a new day: the platforms' budgets are full again
        item = await self._office.released(f"第{self._number}条")
        fault = self._play_a_fault()
        told = await self._kill_some([step for step in self._met if step.errand not in _BACK])
        await self._finish(item, fault)
        if self._number % 2:
            await self._correct(item)
            again = [step for step in self._met if step.errand not in _BACK and step.account in _AGAIN]
            told += await self._kill_some(again)
            await self._finish_correction(item)
        if self._number % 3 == 0:
            await self._office.withdraw(item)
            told += await self._kill_some([step for step in self._met if step.errand in _BACK])
            await self._finish_withdrawal(item)
        return f"{self._database} {self._number}: {fault or '-'}; killed at " + ", ".join(told)

    async def _kill_some(self, steps: list[Step]) -> list[str]:
        told = [await self._kill(self._next_of(steps))]
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

    def _next_of(self, steps: list[Step]) -> Step:
        """Give the step at which fewest were killed, the most dangerous ones first."""

        def rank(step: Step) -> tuple[int, int, float]:
            what = _FIRST.index(step.what) if step.what in _FIRST else len(_FIRST)
            return self._tried[step], what + 10 * (step.errand != "deliver"), self._chance.random()

        return min(steps, key=rank)

    async def _kill(self, step: Step) -> str:
        met = self._chance.randint(1, self._met[step])
        self._tried[step] += 1
        ended = await self._run_worker(replace(self._office.orders, die_at=step, met=met))
        self._office.hand.move(70)  # the lease runs out
        if ended is not None:
            self._learn(ended)
            return f"({step})"
        self._tally.kills += 1
        self._tally.killed_at[str(step)] += 1
        return str(step)

    async def _work_to_the_end(self) -> None:
        steps = await self._run_worker(self._office.orders)
        if steps is None:
            raise AssertionError("a worker died that nobody killed")
        self._learn(steps)

    async def _correct(self, item: str) -> None:
        await self._office.corrected(item, title=_corrected(item))

    async def _finish_correction(self, item: str) -> None:
        """Let one worker finish; then everybody shows the new version once, and nothing is counted anew."""
        await self._work_to_the_end()
        self._tally.corrections += 1
        seen, rows = await self._office.reckon(item), await self._office.row_errors()
        titles = await self._office.titles(item)
        self._tally.duplicates += seen.duplicates
        self._tally.losses += seen.losses
        self._tally.ledger_errors += seen.ledger_errors + rows
        if seen.duplicates or seen.losses or seen.ledger_errors or rows or titles != {_corrected(item)}:
            self._tally.wrong.append(
                f"{self._database} {item} corrected: {seen}, {titles}, {rows} row errors"
            )

    async def _finish_withdrawal(self, item: str) -> None:
        """Let one worker finish; then nobody shows the item, and each channel was counted back once."""
        await self._work_to_the_end()
        self._tally.withdrawals += 1
        seen, rows = await self._office.reckon(item), await self._office.row_errors()
        wanted = {(line, channel) for line in ("counted", "withdrawn") for channel in CHANNELS.values()}
        wanted = (wanted | {("counted", "item")}) - {("withdrawn", "weibo")}
        wrong = len(wanted ^ set(seen.lines)) + abs(len(wanted) - len(seen.lines)) + rows
        self._tally.ledger_errors += wrong
        if wrong or (seen.posts, seen.states) != (_STILL_THERE, _TAKEN_BACK):
            self._tally.wrong.append(f"{self._database} {item} taken back: {seen}, {rows} row errors")

    async def _finish(self, item: str, fault: str | None) -> None:
        await self._work_to_the_end()
        self._tally.runs += 1
        self._tally.databases[self._database] += 1
        seen, rows = await self._office.reckon(item), await self._office.row_errors()
        self._tally.posts += sum(seen.posts.values())
        self._tally.duplicates += seen.duplicates
        self._tally.losses += seen.losses
        self._tally.ledger_errors += seen.ledger_errors + rows
        if seen.duplicates or seen.losses or seen.ledger_errors or rows:
            self._tally.wrong.append(f"{self._database} {item} {fault}: {seen}, {rows} row errors")

    def _learn(self, steps: list[Step]) -> None:
        """Remember how often each step was met; what happens only after a kill becomes known, too."""
        self._met |= Counter(steps)


def _corrected(item: str) -> str:
    return f"更正后的{item[-6:]}"
