import asyncio
from collections.abc import Awaitable, Callable

import pytest

from scheduler.clock import Clock
from scheduler.scans import Scan


class Bell:
    """Counts its strokes, and can be slow or broken."""

    def __init__(
        self, *, lasts: float = 0.0, breaks: bool = False, held: asyncio.Event | None = None
    ) -> None:
        self.begun = self.ended = self.cut_off = self.most = 0
        self._lasts, self._breaks, self._held, self._inside = lasts, breaks, held, 0

    async def ring(self) -> None:
        self.begun += 1
        self._inside += 1
        self.most = max(self.most, self._inside)
        try:
            if self._breaks:
                raise RuntimeError("the scan's own bug")
            if self._held is not None:
                await self._held.wait()
            await asyncio.sleep(self._lasts)
            self.ended += 1
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        finally:
            self._inside -= 1


async def always() -> bool:
    return True


async def never() -> bool:
    return False


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def clock_of(*bells: Bell, lead: Callable[[], Awaitable[bool]] = always, every: float = 0.05) -> Clock:
    return Clock([Scan(f"bell {n}", every, bell.ring) for n, bell in enumerate(bells)], lead=lead)


async def test_a_scan_runs_at_the_start_whatever_its_rhythm() -> None:
    bell = Bell()
    clock = clock_of(bell, every=3600)
    clock.start()
    await until(lambda: bell.ended == 1)
    await clock.stop()


async def test_a_scan_runs_again_in_its_rhythm() -> None:
    bell = Bell()
    clock = clock_of(bell)
    clock.start()
    await until(lambda: bell.ended >= 3)
    await clock.stop()


async def test_nothing_runs_after_the_stop() -> None:
    bell = Bell()
    clock = clock_of(bell)
    clock.start()
    await until(lambda: bell.ended >= 1)
    await clock.stop()
    rung = bell.begun
    await asyncio.sleep(0.2)
    assert bell.begun == rung


async def test_a_failing_scan_stops_neither_itself_nor_the_others() -> None:
    broken, sound = Bell(breaks=True), Bell()
    clock = clock_of(broken, sound)
    clock.start()
    await until(lambda: broken.begun >= 2 and sound.ended >= 2)
    await clock.stop()


async def test_a_process_that_does_not_lead_runs_nothing() -> None:
    bell = Bell()
    clock = clock_of(bell, lead=never)
    clock.start()
    await asyncio.sleep(0.2)
    await clock.stop()
    assert bell.begun == 0


async def test_a_process_that_comes_to_lead_begins_to_run() -> None:
    bell, turn = Bell(), [False]

    async def lead() -> bool:
        return turn[0]

    clock = clock_of(bell, lead=lead)
    clock.start()
    await asyncio.sleep(0.1)
    turn[0] = True
    await until(lambda: bell.ended >= 1)
    await clock.stop()


async def test_a_failing_question_of_who_leads_stops_nothing() -> None:
    bell, asked = Bell(), [0]

    async def lead() -> bool:
        asked[0] += 1
        if asked[0] == 1:
            raise RuntimeError("away")
        return True

    clock = clock_of(bell, lead=lead)
    clock.start()
    await until(lambda: bell.ended >= 1)
    await clock.stop()


async def test_a_scan_slower_than_its_rhythm_never_overlaps_itself() -> None:
    bell = Bell(lasts=0.15)
    clock = clock_of(bell, every=0.02)
    clock.start()
    await until(lambda: bell.ended >= 2)
    await clock.stop()
    assert bell.most == 1


async def test_what_ends_in_a_moment_is_not_cut_off_by_a_stop() -> None:
    held = asyncio.Event()
    bell = Bell(held=held)
    clock = clock_of(bell, every=0.02)
    clock.start()
    await until(lambda: bell.begun == 1)
    stopping = asyncio.create_task(clock.stop(seconds=60))
    await asyncio.sleep(0.05)
    held.set()
    await stopping
    assert (bell.begun, bell.ended, bell.cut_off) == (1, 1, 0)


async def test_stopping_cuts_a_scan_off_and_waits_until_it_is_gone() -> None:
    bell = Bell(lasts=60)
    clock = clock_of(bell)
    clock.start()
    await until(lambda: bell.begun == 1)
    await clock.stop(seconds=0.01)
    assert (bell.cut_off, bell.ended) == (1, 0)


async def test_stopping_is_not_told_as_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    bell = Bell(lasts=60)
    clock = clock_of(bell)
    clock.start()
    await until(lambda: bell.begun == 1)
    await clock.stop(seconds=0.01)
    await asyncio.sleep(0)  # APScheduler looks at how a run ended once the run is gone
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


async def test_stopping_a_clock_that_never_started_is_no_error() -> None:
    await clock_of(Bell()).stop()


async def test_a_machine_clock_set_back_or_forward_makes_every_scan_run_at_once() -> None:
    bell, shift = Bell(), [0.0]
    clock = Clock(
        [Scan("bell", 3600, bell.ring)],
        lead=always,
        wall=lambda: asyncio.get_running_loop().time() + shift[0],
        look_seconds=0.02,
    )
    clock.start()
    await until(lambda: bell.ended == 1)
    shift[0] = -86_400.0
    await until(lambda: bell.ended == 2)
    shift[0] = 0.0
    await until(lambda: bell.ended == 3)
    await clock.stop()


async def test_a_clock_that_nobody_sets_rings_no_more_than_its_rhythm() -> None:
    bell = Bell()
    clock = Clock([Scan("bell", 3600, bell.ring)], lead=always, look_seconds=0.01)
    clock.start()
    await asyncio.sleep(0.2)
    await clock.stop()
    assert bell.ended == 1
