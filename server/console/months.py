"""/console/report/months: the drafts of an organ's monthly reports, and what has changed since."""

import re
from typing import Final

from aiohttp import web

from server.console.organ_years import asked_org, asked_year, today_of
from server.console.page import Page, Visit
from server.console.statistics import rows_address
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.report.figures import CHANNEL_NAMES
from server.report.monthly import draft_month, figures_of_month, month_before, question_of, say_month
from server.store.month_drafts import list_month_drafts
from server.store.orgs import list_orgs

_PATH: Final = "/console/report/months"


async def show_months(visit: Visit) -> web.Response:
    """Show the drafts of a year, the newest first, each beside what the ledger counts now."""
    return await _shown(visit)


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
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
    ended = [
        f"{number:02}" for number in range(1, 13) if f"{year}-{number:02}" <= month_before(today_of(visit))
    ]
    trouble = refusals_of(error)
    return visit.show(
        "months.html", section="report", year=year, org=org, orgs=orgs, drafts=drafts, now=now,
        undrafted=[one for one in ended if f"{year}-{one}" not in now],
        may_file=org.practice_since is None and org.id in visit.who.orgs_for("file_report"),
        trouble=trouble,
        say=say_month, channels=CHANNEL_NAMES,
        link=lambda month, channel, line="counted", until=None: rows_address(
            question_of(org.code, month), "", channel, line, until=until
        ),
    )  # fmt: skip


async def take_month(visit: Visit) -> web.StreamResponse:
    """Draft a month that has ended and has no draft."""
    parts, year = visit.parts, asked_year(visit)
    month = visit.fields.get("month")
    try:
        if not re.fullmatch(r"0[1-9]|1[0-2]", month):
            raise Problem("invalid", "请选择月份", field="month")
        async with parts.store.begin() as tx:
            org = await asked_org(tx, visit)
            visit.who.require("file_report", org.id)
            await draft_month(tx, org, f"{year}-{month}", at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="recorded", org=org.code, year=str(year))


PAGES = (
    Page("GET", _PATH, show_months, "read_statistics"),
    Page("POST", _PATH, take_month, "file_report"),
)
