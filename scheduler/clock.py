"""The alarm clock: APScheduler wrapped. It wakes scans and remembers nothing; the database does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.scans import Scan

log = structlog.get_logger(__name__)


_JUMP: Final = 2.0
"""Seconds by which the machine's clock and its steady one may part before we call it set by hand."""


def _wall() -> float:
    return datetime.now(UTC).timestamp()


class Clock:
    """Runs each scan in its rhythm, one run at a time, while `lead` says that it is our turn.

    APScheduler plans by the machine's clock. When that is set back, it would sleep until the old time comes
    round again; so the two clocks are compared, and after a jump every scan runs at once.
    """

    def __init__(
        self,
        scans: Iterable[Scan],
        *,
        lead: Callable[[], Awaitable[bool]],
        wall: Callable[[], float] = _wall,
        look_seconds: float = 1.0,
    ) -> None:
        """Take the scans; nothing runs before `start`."""
        self._scans, self._lead = tuple(scans), lead
        self._wall, self._look_seconds = wall, look_seconds
        self._running: set[asyncio.Task[object]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._is_stopping = False
        # Times in UTC: otherwise the zone of the machine would be looked up in files.
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin in the running loop; every scan runs once at the start, for what fell due meanwhile."""
        for scan in self._scans:
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=scan.every_seconds, timezone=UTC),
                args=(scan,),
                id=scan.name,
                name=scan.name,
                next_run_time=datetime.now(UTC),
                coalesce=True,  # a machine that slept has missed many runs and needs one
                misfire_grace_time=None,  # however late
                max_instances=1,
            )
        self._scheduler.start()
        self._looking = asyncio.create_task(self._look_for_jumps(), name="clock jumps")

    async def stop(self, *, seconds: float = 1.0) -> None:
        """Begin nothing more, let what is running end in a moment, and cut off the rest."""
        self._is_stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=seconds)
        if self._scheduler.running:
            self._scheduler.shutdown(
                wait=False
            )  # cancels what is running, and only asks the loop to shut down
        if self._looking is not None:
            self._looking.cancel()
            self._running.add(self._looking)
        await asyncio.sleep(0)
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _look_for_jumps(self) -> None:
        """Compare the machine's clock with the steady one of the loop, which nobody can set."""
        steady = asyncio.get_running_loop().time
        apart = self._wall() - steady()
        while True:
            await asyncio.sleep(self._look_seconds)
            now_apart = self._wall() - steady()
            if abs(now_apart - apart) > _JUMP:
                log.warning("clock_was_set", by_seconds=round(now_apart - apart, 1))
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            apart = now_apart

    async def _run(self, scan: Scan) -> None:
        if not self._is_stopping:
            await self._ring(scan)

    async def _ring(self, scan: Scan) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- APScheduler runs coroutines as tasks
        self._running.add(task)
        try:
            if await self._lead():
                with structlog.contextvars.bound_contextvars(scan=scan.name):
                    await scan.run()
        except asyncio.CancelledError:
            # At a stop nothing has failed; let through, APScheduler would log a trace for each scan.
            if not self._is_stopping:
                raise
            log.info("scan_cut_off", scan=scan.name)
        except Exception:
            # One scan's bug must not stop its sisters; the next run comes in its rhythm.
            log.exception("scan_failed", scan=scan.name)
        finally:
            self._running.discard(task)
