"""What the clock runs, on both databases: once for each slot, whoever asks and however often."""

from datetime import UTC, datetime, time, timedelta

import pytest

from scheduler.clock import Clock
from scheduler.rhythms import Daily, Every, Rhythm
from server.core.problems import Problem
from server.store.jobs import JobRow, ask_for_job, list_jobs
from server.store.tx import Store
from server.watch.joblist import JOBS
from server.watch.jobs import Job, Jobs, see_jobs
from tests.conftest import Hand
from tests.scheduler.test_clock import always, until


class Act:
    """Counts its runs, and says how much it did."""

    def __init__(self, done: int = 0, *, breaks: bool = False) -> None:
        self.runs, self.done, self.breaks = 0, done, breaks

    async def __call__(self) -> int:
        self.runs += 1
        if self.breaks:
            raise RuntimeError("password=hunter2")
        return self.done


class Wakes:
    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


def jobs_of(store: Store, now: Hand, wake: Wakes | None = None, **acts: tuple[Rhythm, Act]) -> Jobs:
    jobs = tuple(Job(name, name, rhythm) for name, (rhythm, _act) in acts.items())
    return Jobs(jobs, {name: act for name, (_rhythm, act) in acts.items()}, store, now, wake or Wakes())


async def row(store: Store, name: str) -> JobRow:
    async with store.read() as tx:
        return (await list_jobs(tx))[name]


async def look(jobs: Jobs) -> None:
    """Do what the clock does when it wakes."""
    for scan in jobs.scans():
        await scan.run()


THREE = Daily(time(3))


async def test_a_daily_job_runs_once_for_each_day_however_often_the_clock_looks(store: Store, now: Hand):
    act = Act()
    jobs = jobs_of(store, now, nightly=(THREE, act))
    for hours in range(0, 72, 6):
        now.moment = datetime(2026, 11, 25, 2, 0, tzinfo=UTC) + timedelta(hours=hours)
        await look(jobs)
        await look(jobs)
    assert act.runs == 4  # at once, for the night before, and then after each 03:00


async def test_a_slot_that_passed_while_nothing_ran_is_served_at_the_start(store: Store, now: Hand):
    first, second = Act(), Act()
    await look(jobs_of(store, now, nightly=(THREE, first)))
    now.move(days=10)
    await look(jobs_of(store, now, nightly=(THREE, second)))  # another process, ten days later
    assert (first.runs, second.runs) == (1, 1)


async def test_two_leaders_serve_a_slot_once(store: Store, now: Hand):
    one, other = Act(), Act()
    await look(jobs_of(store, now, nightly=(THREE, one)))
    await look(jobs_of(store, now, nightly=(THREE, other)))
    assert one.runs + other.runs == 1


async def test_a_start_written_under_a_wrong_clock_does_not_silence_the_job(store: Store, now: Hand):
    act = Act()
    jobs = jobs_of(store, now, nightly=(THREE, act))
    now.move(days=1500)
    await look(jobs)
    now.move(days=-1500)
    await look(jobs)
    assert act.runs == 2


async def test_the_row_says_how_it_went_and_the_workers_are_woken(store: Store, now: Hand):
    wake = Wakes()
    await look(jobs_of(store, now, wake, due=(Every(2), Act(done=3))))
    seen = await row(store, "due")
    assert (seen.result, seen.done, seen.started_at, wake.count) == ("done", 3, now(), 1)


async def test_a_failure_is_told_by_its_type_alone_and_counted(store: Store, now: Hand):
    jobs = jobs_of(store, now, due=(Every(2), Act(breaks=True)))
    await look(jobs)
    await jobs.run("due")
    seen = await row(store, "due")
    assert (seen.result, seen.note, seen.failures) == ("failed", "RuntimeError", 2)


async def test_a_success_ends_the_row_of_failures(store: Store, now: Hand):
    act = Act(breaks=True)
    jobs = jobs_of(store, now, due=(Every(2), act))
    await jobs.run("due")
    act.breaks = False
    await jobs.run("due")
    assert (await row(store, "due")).failures == 0


async def test_a_failing_job_stops_no_other(store: Store, now: Hand):
    good = Act()
    await look(jobs_of(store, now, bad=(THREE, Act(breaks=True)), good=(THREE, good)))
    assert good.runs == 1


async def test_a_frequent_job_that_finds_nothing_writes_its_row_once_a_minute(store: Store, now: Hand):
    jobs = jobs_of(store, now, due=(Every(2), Act()))
    await look(jobs)
    first = now()
    for _more in range(29):
        now.move(seconds=2)
        await look(jobs)
    assert (await row(store, "due")).started_at == first
    now.move(seconds=2)
    await look(jobs)
    assert (await row(store, "due")).started_at == first + timedelta(seconds=60)


async def test_a_job_that_a_person_asked_for_runs_before_its_slot(store: Store, now: Hand):
    act = Act()
    jobs = jobs_of(store, now, nightly=(THREE, act))
    await look(jobs)
    async with store.begin() as tx:
        await ask_for_job(tx, "nightly", at=now())
    await look(jobs)
    await look(jobs)
    assert act.runs == 2


async def test_the_next_run_is_told_and_a_late_one_is_due_at_once(store: Store, now: Hand):
    plan = (Job("nightly", "", THREE),)
    assert (await see_jobs(plan, store, at=now()))[0].next_at == now()
    await look(jobs_of(store, now, nightly=(THREE, Act())))
    (seen,) = await see_jobs(plan, store, at=now())
    assert seen.next_at == datetime(2026, 11, 25, 19, 0, tzinfo=UTC)
    (late,) = await see_jobs(plan, store, at=now() + timedelta(days=2))
    assert late.next_at == now() + timedelta(days=2)


async def test_an_unknown_name_is_refused(store: Store, now: Hand):
    with pytest.raises(Problem, match="没有名为"):
        await jobs_of(store, now).run("nothing")


async def test_a_job_without_an_act_is_found_at_the_start(store: Store, now: Hand):
    with pytest.raises(ValueError, match="nightly"):
        Jobs((Job("nightly", "", THREE),), {}, store, now, Wakes())


def test_no_two_jobs_have_one_name():
    assert len({job.name for job in JOBS}) == len(JOBS)


async def test_the_clock_runs_them(store: Store, now: Hand):
    frequent, nightly = Act(), Act()
    jobs = jobs_of(store, now, due=(Every(0.05), frequent), nightly=(THREE, nightly))
    clock = Clock(jobs.scans(), lead=always)
    clock.start()
    await until(lambda: frequent.runs >= 2 and nightly.runs == 1)
    await clock.stop()
