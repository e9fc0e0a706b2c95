"""/console/report/assessment: the yearly assessment (考核) of an organ and everything below it."""

import asyncio
from datetime import date
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from server.console.organ_years import asked, asked_org, reported_year
from server.console.page import Page, Visit
from server.console.statistics import rows_address
from server.core.organs import get_org
from server.core.problems import Problem, Problems
from server.forms.refusals import REFUSALS, refusals_of
from server.report.assessing.assessment import Assessed, Cell, assess, enter_values
from server.report.assessing.judged import JUDGED, judge
from server.report.assessing.rules import OF
from server.report.assessing.workbook import assessment_as_xlsx
from server.report.declaring import Declared
from server.report.figures import Question
from server.report.sheets import XLSX
from server.store.orgs import OrgRow, list_orgs

_PATH: Final = "/console/report/assessment"
_MARK: Final = "value:"
_A_PAGE: Final = 50
_COUNTS: Final = {"items": "", "policies": "policy", "responses": "response"}
_PARTS: Final = {"": "全部", "earns": "达到的", "lacks": "没有达到的"}


async def show_assessment(visit: Visit) -> web.StreamResponse:
    """Show every organ's points, and one organ's indicators; `format=xlsx` gives the workbook."""
    if visit.query("format") != "xlsx":
        return await _shown(visit)
    year = reported_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        made = await assess(tx, org, year, visit.parts.assessment, visit.parts.calendar, at=visit.parts.now())
    body = await asyncio.to_thread(assessment_as_xlsx, made)
    headers = {
        "Content-Disposition": f'attachment; filename="assessment-{year}.xlsx"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, content_type=XLSX, headers=headers)


async def take_values(visit: Visit) -> web.StreamResponse:
    """Write the values of one organ that were changed; the organ above it does, all or none."""
    parts, year = visit.parts, reported_year(visit)
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


async def show_judged(visit: Visit) -> web.StreamResponse:
    """Show what a share of an organ was taken of, or the part of it that earns or does not."""
    year, part, key = reported_year(visit), visit.query("part"), visit.query("key")
    if part not in _PARTS:
        raise Problem("invalid", "没有这样的考核数据，请从考核表里进入", field="part")
    parts, page = visit.parts, visit.query("page")
    async with parts.store.read() as tx:
        org = await asked_org(tx, visit)
        found = await judge(tx, org, year, key, parts.calendar, at=parts.now())
    counts = {"": len(found), "earns": sum(one.earns for one in found)}
    counts["lacks"] = counts[""] - counts["earns"]
    wanted = [one for one in found if not part or one.earns == (part == "earns")]
    start = _A_PAGE * int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    name = next((one.name for one in parts.assessment if one.key == key), "")
    return visit.show(
        "assessment_rows.html", section="report", year=year, org=org, key=key, name=name, of=OF[key],
        part=part, part_names=_PARTS, counts=counts, rows=wanted[start : start + _A_PAGE],
        more=start // _A_PAGE + 1 if len(wanted) > start + _A_PAGE else 0,
        top=visit.query("top") or org.code,
    )  # fmt: skip


def _behind(org: OrgRow, year: int, cell: Cell, top: str) -> tuple[str, str]:
    """Give where the rows behind a cell's part and its whole are: the same for a count, "" for none."""
    key = cell.indicator.key
    if cell.value is None or not cell.indicator.is_computed:
        return "", ""
    own = Question(date(year, 1, 1), date(year, 12, 31), group_by="org", kind=_COUNTS.get(key) or None)
    if key in _COUNTS:
        return (rows_address(own, org.code, "item"),) * 2
    if key == "withdrawn":
        return rows_address(own, org.code, "item", "withdrawn"), rows_address(own, org.code, "item")
    if key == "channels":
        asked = {"from": own.start.isoformat(), "to": own.end.isoformat(), "org": org.code, "alone": "1"}
        return (f"/console/statistics?{urlencode(asked)}",) * 2
    if key not in JUDGED:
        return "", ""
    asked = {"org": org.code, "year": str(year), "key": key, "top": top}
    return f"{_PATH}/rows?{urlencode({**asked, 'part': 'earns'})}", f"{_PATH}/rows?{urlencode(asked)}"


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
    year = reported_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        orgs = await list_orgs(tx, visit.who.orgs_for("read_statistics"))
        made = await assess(tx, org, year, visit.parts.assessment, visit.parts.calendar, at=visit.parts.now())
    one = next((one for one in made.organs if one.org.code == asked(visit, "about")), made.organs[0])
    trouble = refusals_of(error)
    return visit.show(
        "assessment.html", section="report", year=year, org=org, orgs=orgs, made=made, one=one, mark=_MARK,
        behind={cell.indicator.key: _behind(one.org, year, cell, org.code) for cell in one.cells}, of=OF,
        may_enter=(one.org.parent_id or one.org.id) in visit.who.orgs_for("accept_report"),
        typed=dict(visit.fields.pairs), source=visit.fields.get("source"),
        trouble=trouble,
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_assessment, "read_statistics"),
    Page("GET", f"{_PATH}/rows", show_judged, "read_statistics"),
    Page("POST", _PATH, take_values, "accept_report"),
)
