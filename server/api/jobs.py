"""/api/v1/jobs: what the clock runs, how it went, and a run by hand."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from scheduler.rhythms import say_rhythm
from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route
from server.core.acts import note
from server.forms.words import Filled, Form, Out
from server.parts import PARTS
from server.store.jobs import Result
from server.watch.jobs import JobSeen


class RunIn(Form):
    """Which job to run."""

    name: Annotated[Filled, Field(title="任务名", max_length=64)]


class JobOut(Out):
    """A job, its last run and its next one."""

    name: str
    title: str
    rhythm: str
    started_at: datetime | None
    ended_at: datetime | None
    result: Result | None
    done: int
    note: str | None
    seconds: float
    failures: int
    next_at: datetime

    @classmethod
    def of(cls, seen: JobSeen) -> "JobOut":
        """Give a job as the API shows it."""
        last = seen.last
        return cls(
            name=seen.name,
            title=seen.title,
            rhythm=say_rhythm(seen.rhythm),
            started_at=last.started_at if last else None,
            ended_at=last.ended_at if last else None,
            result=last.result if last else None,
            done=last.done if last else 0,
            note=last.note if last else None,
            seconds=last.seconds if last else 0.0,
            failures=last.failures if last else 0,
            next_at=seen.next_at,
        )


class JobsOut(Out):
    """Every job."""

    jobs: tuple[JobOut, ...]


async def list_all(request: web.Request) -> web.Response:
    """Give every job as it stands."""
    seen = await request.config_dict[PARTS].jobs.seen()
    return answer(JobsOut(jobs=tuple(JobOut.of(one) for one in seen)))


async def run_job(request: web.Request) -> web.Response:
    """Run a job now and say how it went; what it does is harmless twice."""
    parts, form = request.config_dict[PARTS], await form_of(request, RunIn)
    await parts.jobs.run(form.name)
    async with parts.store.begin() as tx:
        await note(tx, "job.run", at=parts.now(), job=form.name)
    (seen,) = [one for one in await parts.jobs.seen() if one.name == form.name]
    return answer(JobOut.of(seen))


_JOBS = "/api/v1/jobs"
ROUTES = (
    Route("GET", _JOBS, list_all, "定时任务", "run_jobs", answer=JobsOut),
    Route("POST", f"{_JOBS}/run", run_job, "立即运行定时任务", "run_jobs", form=RunIn, answer=JobOut),
)
