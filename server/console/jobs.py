"""/console/jobs: what the clock runs, how it went, and a run by hand."""

from aiohttp import web

from scheduler.rhythms import say_rhythm
from server.console.page import Page, Visit
from server.core.acts import note
from server.forms.refusals import REFUSALS, refusals_of
from server.security.office_wide import refuse_for_office

_PATH = "/console/jobs"
_RESULTS = {"running": ("正在运行", "wait"), "done": ("完成", "good"), "failed": ("失败", "bad")}


async def show_jobs(visit: Visit) -> web.StreamResponse:
    """Show every job."""
    return await _shown(visit)


async def run_job(visit: Visit) -> web.StreamResponse:
    """Run a job now; what it does is harmless twice."""
    parts, name = visit.parts, visit.fields.get("name")[:64]
    try:
        await parts.jobs.run(name)
    except REFUSALS as error:
        return await _shown(visit, error)
    async with parts.store.begin() as tx:
        await note(tx, "job.run", at=parts.now(), job=name)
    return visit.go(_PATH, done="changed")


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    jobs = await visit.parts.jobs.seen()
    async with visit.parts.store.read() as tx:
        only_office = await refuse_for_office(tx, visit.who, "run_jobs")
    trouble = refusals_of(error)
    return visit.show(
        "jobs.html", section="jobs", jobs=jobs, results=_RESULTS, say_rhythm=say_rhythm, trouble=trouble,
        only_office=only_office, trouble_heading="没有运行",
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_jobs, "run_jobs"),
    Page("POST", f"{_PATH}/run", run_job, "run_jobs"),
)
