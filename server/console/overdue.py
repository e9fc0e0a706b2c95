"""/console/overdue: what should have gone and has not, one button that sets it going, and what went late."""

from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.core.acts import note
from server.store.gates import list_late_marks
from server.watch.overdue import count_overdue, list_overdue

_PATH: Final = "/console/overdue"
_MOST: Final = 100
_MOST_LATE: Final = 50


async def show_overdue(visit: Visit) -> web.StreamResponse:
    """Show what is overdue at the visitor's organs, longest first."""
    reads = visit.who.orgs_for("read")
    async with visit.parts.store.read() as tx:
        overdue = await list_overdue(tx, reads, at=visit.parts.now(), limit=_MOST)
        count, _since = await count_overdue(tx, reads, at=visit.parts.now())
        late = await list_late_marks(tx, reads, _MOST_LATE)
    may_repair = bool(visit.who.orgs_for("release"))
    return visit.show(
        "overdue.html", section="overdue", overdue=overdue, count=count, late=late, may_repair=may_repair
    )


async def take_repair(visit: Visit) -> web.StreamResponse:
    """Set going what is overdue; harmless however often."""
    parts = visit.parts
    await parts.jobs.run("repair")
    async with parts.store.begin() as tx:
        await note(tx, "job.run", at=parts.now(), job="repair")
    return visit.go(_PATH, done="repaired")


PAGES = (
    Page("GET", _PATH, show_overdue, "read"),
    Page("POST", f"{_PATH}/repair", take_repair, "release"),
)
