"""/console/report/months: the drafts of an organ's monthly reports, and what has changed since."""

from typing import Final

from aiohttp import web

from server.console.organ_years import asked_org, asked_year
from server.console.page import Page, Visit
from server.console.statistics import rows_address
from server.report.figures import CHANNEL_NAMES
from server.report.monthly import figures_of_month, question_of, say_month
from server.store.month_drafts import list_month_drafts
from server.store.orgs import list_orgs

_PATH: Final = "/console/report/months"


async def show_months(visit: Visit) -> web.Response:
    """Show the drafts of a year, the newest first, each beside what the ledger counts now."""
    year = asked_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        orgs = await list_orgs(tx, visit.who.orgs_for("read_statistics"))
        drafts = await list_month_drafts(tx, org.id, year)
        # Twelve months at most, each a sum of day counters.
        now = {
            one.month: (await figures_of_month(tx, org.code, one.month, at=visit.parts.now()))["items"]
            for one in drafts
        }
    return visit.show(
        "months.html", section="report", year=year, org=org, orgs=orgs, drafts=drafts, now=now,
        say=say_month, channels=CHANNEL_NAMES,
        link=lambda month, channel: rows_address(question_of(org.code, month), "", channel),
    )  # fmt: skip


PAGES = (Page("GET", _PATH, show_months, "read_statistics"),)
