"""/console/report/silent: the organs that have not submitted a year's figures, and calling upon them."""

import asyncio
from typing import Final

from aiohttp import web

from server.console.organ_years import asked_org, reported_year, today_of
from server.console.page import Page, Visit
from server.core.calendar import load_calendar
from server.forms.refusals import REFUSALS, refusals_of
from server.report.sheets import XLSX, as_xlsx
from server.report.silent import late_table, list_late, remind
from server.store.orgs import list_orgs, subtree_ids

_PATH: Final = "/console/report/silent"


async def show_silent(visit: Visit) -> web.StreamResponse:
    """Show who has not submitted, the latest first; `format=xlsx` gives it as a file."""
    return await _shown(visit)


async def take_reminder(visit: Visit) -> web.StreamResponse:
    """Call upon one organ (`about`), or on all that are shown."""
    parts, year = visit.parts, reported_year(visit)
    about = visit.fields.get("about")[:18]
    try:
        async with parts.store.begin() as tx:
            org = await asked_org(tx, visit)
            visit.who.require("accept_report", org.id)
            calendar = await load_calendar(tx)
            codes = (about,) if about else None
            await remind(tx, org, year, codes, calendar, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="reminded", org=org.code, year=str(year))


async def _shown(visit: Visit, error: Exception | None = None) -> web.StreamResponse:
    year, today = reported_year(visit), today_of(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        orgs = await list_orgs(tx, visit.who.orgs_for("read_statistics"))
        late = await list_late(tx, org, year, await load_calendar(tx), today)
        has_below = len(await subtree_ids(tx, org.id)) > 1
    if visit.query("format") == "xlsx":
        body = await asyncio.to_thread(as_xlsx, "未报送", late_table(late))
        headers = {
            "Content-Disposition": f'attachment; filename="silent-{year}.xlsx"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=body, content_type=XLSX, headers=headers)
    trouble = refusals_of(error)
    return visit.show(
        "silent.html", section="report", year=year, org=org, orgs=orgs, late=late, today=today,
        has_below=has_below,
        has_ended=year < today.year, may_remind=org.id in visit.who.orgs_for("accept_report"),
        trouble=trouble, trouble_heading="不能催报",
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_silent, "read_statistics"),
    Page("POST", _PATH, take_reminder, "accept_report"),
)
