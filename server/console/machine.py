"""/console/machine: what the office stands on, and what to do when something of it is wrong."""

from aiohttp import web

from server.console.leads import told_of
from server.console.page import Page, Visit
from server.core.keeping import BACKUP
from server.store.alerts import list_alerts
from server.store.jobs import list_jobs

_KINDS = ("disk", "backup", "certificate", "clock", "api_token", "job")
_MOST = 1000


async def show_machine(visit: Visit) -> web.Response:
    """Show each matter with what stands of it, and the steps that end it."""
    async with visit.parts.store.read() as tx:
        machines = await told_of(tx, visit.who) & {None}  # what belongs to no organ
        standing = [one.alert for one in await list_alerts(tx, of=machines, limit=_MOST)]
        backup = (await list_jobs(tx)).get(BACKUP)
    return visit.show(
        "machine.html", section="jobs", backup=backup,
        standing={kind: [one for one in standing if one.kind == kind] for kind in _KINDS},
    )  # fmt: skip


PAGES = (Page("GET", "/console/machine", show_machine, "read"),)
