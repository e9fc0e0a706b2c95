"""/console/report/assessment: the yearly assessment (考核) of an organ and everything below it."""

import asyncio
from typing import Final

from aiohttp import web

from server.console.organ_years import asked, asked_org, asked_year
from server.console.page import Page, Visit
from server.core.organs import get_org
from server.core.problems import Problem, Problems
from server.forms.refusals import REFUSALS, refusals_of, status_of
from server.report.assessing.assessment import Assessed, assess, enter_values
from server.report.assessing.workbook import assessment_as_xlsx
from server.report.declaring import Declared
from server.store.orgs import list_orgs

_PATH: Final = "/console/report/assessment"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MARK: Final = "value:"


async def show_assessment(visit: Visit) -> web.StreamResponse:
    """Show every organ's points, and one organ's indicators; `format=xlsx` gives the workbook."""
    if visit.query("format") != "xlsx":
        return await _shown(visit)
    year = asked_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        made = await assess(tx, org, year, visit.parts.assessment, visit.parts.calendar, at=visit.parts.now())
    body = await asyncio.to_thread(assessment_as_xlsx, made)
    headers = {
        "Content-Disposition": f'attachment; filename="assessment-{year}.xlsx"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, content_type=_XLSX, headers=headers)


async def take_values(visit: Visit) -> web.StreamResponse:
    """Write the values of one organ that were changed; the organ above it does, all or none."""
    parts, year = visit.parts, asked_year(visit)
    try:
        async with parts.store.begin() as tx:
            about = await get_org(tx, visit.fields.get("about")[:18], field="about")
            visit.who.require("accept_report", about.parent_id or about.id)
            made = await assess(tx, about, year, parts.assessment, parts.calendar, at=parts.now())
            values = _changed(visit, next(one for one in made.organs if one.org.id == about.id))
            await enter_values(
                tx, about, year, parts.assessment, values,
                by=visit.who.person_id, at=parts.now(), new_id=parts.new_id,
            )  # fmt: skip
    except Problems as error:
        named = (Problem(one.code, one.message, field=_field(one.field, values)) for one in error.problems)
        return await _shown(visit, Problems(tuple(named)))
    except REFUSALS as error:
        return await _shown(visit, error)
    org = visit.fields.get("org")[:18] or about.code
    return visit.go(_PATH, done="saved", org=org, year=str(year), about=about.code)


def _changed(visit: Visit, standing: Assessed) -> list[Declared]:
    """Give the values that are not those that stand, under one source."""
    stood = {cell.indicator.key: "" if cell.value is None else f"{cell.value:f}" for cell in standing.cells}
    source = visit.fields.get("source").strip()[:200]
    found = [
        Declared(name.removeprefix(_MARK)[:60], value.strip()[:32], source)
        for name, value in visit.fields.pairs
        if name.startswith(_MARK) and value.strip() and value.strip() != stood.get(name.removeprefix(_MARK))
    ]
    if not found:
        raise Problem("invalid", "没有改动任何数据")
    if not source:
        raise Problem("invalid", "请写明这些数据的来源", field="source")
    return found


def _field(place: str, values: list[Declared]) -> str:
    """Give the field of the page for `figures.<number>.value`."""
    number = place.split(".")[1]
    return _MARK + values[int(number)].key if number.isdigit() else ""


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    year = asked_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        orgs = await list_orgs(tx, visit.who.orgs_for("read_statistics"))
        made = await assess(tx, org, year, visit.parts.assessment, visit.parts.calendar, at=visit.parts.now())
    one = next((one for one in made.organs if one.org.code == asked(visit, "about")), made.organs[0])
    trouble = () if error is None else refusals_of(error) or ()
    return visit.show(
        "assessment.html", section="report", year=year, org=org, orgs=orgs, made=made, one=one, mark=_MARK,
        may_enter=(one.org.parent_id or one.org.id) in visit.who.orgs_for("accept_report"),
        typed=dict(visit.fields.pairs), source=visit.fields.get("source"),
        trouble=trouble, status=status_of(trouble[0]) if trouble else 200,
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_assessment, "read_statistics"),
    Page("POST", _PATH, take_values, "accept_report"),
)
