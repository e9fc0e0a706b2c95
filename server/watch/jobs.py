"""What the clock runs: each job with its rhythm, its last run and its next one, and a run by hand.

A job's act asks the database what is due and does it; doing it twice is harmless, and one that fails or is
cut off stops no other. A job with a time of day is served by its slot: the row says whether this slot was.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from scheduler.rhythms import Every, Rhythm, last_slot, next_slot
from scheduler.scans import Scan
from server.core.problems import Problem
from server.store.jobs import JobRow, Result, claim_job, list_jobs, write_run
from server.store.tx import Store, StoreAway, StoreFull

_LOOK_SECONDS: Final = 15.0
_QUIET: Final = timedelta(seconds=60)
"""A frequent job that found nothing writes its row so seldom: a commit costs a sync of the disk."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One job as data; what it does is an act under the same name, which says how many things it did."""

    name: str
    title: str
    rhythm: Rhythm


Act = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job with its last run, if it ever ran, and when it runs next."""

    name: str
    title: str
    rhythm: Rhythm
    last: JobRow | None
    next_at: datetime


class Jobs:
    """The jobs of one process. Any number of processes may have them."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        acts: Mapping[str, Act],
        store: Store,
        now: Callable[[], datetime],
        wake: Callable[[], Awaitable[None]],
    ) -> None:
        """Take the jobs, an act for each, and how to tell the workers that something was done."""
        missing = {job.name for job in jobs} ^ acts.keys()
        if missing:
            raise ValueError(f"jobs and acts differ: {sorted(missing)}")
        self._jobs, self._acts = {job.name: job for job in jobs}, dict(acts)
        self._store, self._now, self._wake = store, now, wake
        self._told: dict[str, tuple[str, datetime]] = {}

    def scans(self) -> tuple[Scan, ...]:
        """Give what the clock wakes: a job itself, or the look whether its slot has come."""
        return tuple(
            Scan(job.name, job.rhythm.seconds, partial(self._run, job, sparing=True))
            if isinstance(job.rhythm, Every)
            else Scan(job.name, _LOOK_SECONDS, partial(self._run_slot, job))
            for job in self._jobs.values()
        )

    async def run(self, name: str) -> JobRow:
        """Run a job now, whatever its rhythm; refuses an unknown name."""
        job = self._jobs.get(name)
        if job is None:
            raise Problem("invalid", f"没有名为“{name}”的定时任务", field="name")
        return await self._run(job, sparing=False)

    async def seen(self) -> tuple[JobSeen, ...]:
        """Give every job as it stands."""
        return await see_jobs(tuple(self._jobs.values()), self._store, at=self._now())

    async def _run_slot(self, job: Job) -> None:
        at = self._now()
        slot = last_slot(job.rhythm, at)
        if await self._store.write(lambda tx: claim_job(tx, job.name, slot, at=at)):
            await self._run(job, sparing=False)

    async def _run(self, job: Job, *, sparing: bool) -> JobRow:
        """Run one job and write down how it ended; its failure is this job's alone."""
        started, clock = self._now(), time.monotonic()
        count, note = 0, None
        result: Result = "done"
        try:
            count = await self._acts[job.name]()
        except StoreAway as error:
            result = "failed"
            note = "磁盘已满，数据库写不进去" if isinstance(error, StoreFull) else "数据库连不上"
            log.warning("store_away", job=job.name, reason=str(error))
        except Exception as error:  # noqa: BLE001 -- one job's bug must not stop the others
            # The type alone: the text of an error may carry an address or a secret.
            result, note = "failed", type(error).__name__
            # In a thread: a traceback reads the sources.
            await asyncio.to_thread(partial(log.error, "job_failed", job=job.name, exc_info=error))
        seconds = round(time.monotonic() - clock, 3)
        row = JobRow(job.name, started, self._now(), result, count, note, seconds, 0, None)
        if not sparing or self._is_news(row):
            await self._write(row)
        if count:
            await self._wake()
        return row

    def _is_news(self, row: JobRow) -> bool:
        assert row.started_at is not None  # noqa: S101 -- set by _run
        result, at = self._told.get(row.name, ("", row.started_at))
        return row.done > 0 or row.result != result or not timedelta() <= row.started_at - at < _QUIET

    async def _write(self, row: JobRow) -> None:
        assert row.started_at is not None  # noqa: S101 -- set by _run
        try:
            await self._store.write(lambda tx: write_run(tx, row))
        except StoreAway as error:
            log.warning("store_away", job=row.name, reason=str(error))
            return
        self._told[row.name] = (str(row.result), row.started_at)


async def see_jobs(jobs: tuple[Job, ...], store: Store, *, at: datetime) -> tuple[JobSeen, ...]:
    """Give jobs as they stand in the database; one that is late runs next at once."""
    async with store.read() as tx:
        rows = await list_jobs(tx)
    return tuple(
        JobSeen(job.name, job.title, job.rhythm, rows.get(job.name), _next(job, rows.get(job.name), at))
        for job in jobs
    )


def _next(job: Job, row: JobRow | None, at: datetime) -> datetime:
    if row is None or row.started_at is None:
        return at
    if isinstance(job.rhythm, Every):
        return max(next_slot(job.rhythm, row.started_at), at)
    return at if row.started_at < last_slot(job.rhythm, at) else next_slot(job.rhythm, at)
