"""The alarm clock: APScheduler wrapped. It wakes scans and remembers nothing; the database does."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.scans import Scan

log = structlog.get_logger(__name__)


class Clock:
    """Runs each scan in its rhythm, one run at a time, while `lead` says that it is our turn."""

    def __init__(self, scans: Iterable[Scan], *, lead: Callable[[], Awaitable[bool]]) -> None:
        """Take the scans; nothing runs before `start`."""
        self._scans, self._lead = tuple(scans), lead
        self._running: set[asyncio.Task[object]] = set()
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
                next_run_time=datetime.now(UTC),
                coalesce=True,  # a machine that slept has missed many runs and needs one
                misfire_grace_time=None,  # however late
                max_instances=1,
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Cut off what is running (APScheduler cancels it) and wait until it is gone."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)  # only asks the loop to shut down
        await asyncio.sleep(0)
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, scan: Scan) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- APScheduler runs coroutines as tasks
        self._running.add(task)
        try:
            if await self._lead():
                with structlog.contextvars.bound_contextvars(scan=scan.name):
                    await scan.run()
        except Exception:
            # One scan's bug must not stop its sisters; the next run comes in its rhythm.
            log.exception("scan_failed", scan=scan.name)
        finally:
            self._running.discard(task)
