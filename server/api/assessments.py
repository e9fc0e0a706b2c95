"""/api/v1/reports/{year}/assessment: the yearly assessment (考核) of an organ and everything below it."""

import asyncio
from decimal import Decimal
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE, answer
from server.api.report_forms import FiguresIn
from server.api.reports import OrgQuery, year_of
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.organs import get_org
from server.forms.words import Out
from server.parts import PARTS
from server.report.assessing.assessment import Assessed, Assessment, Cell, assess, enter_values
from server.report.assessing.workbook import assessment_as_xlsx
from server.report.declaring import Declared
from server.report.sheets import XLSX


class AssessmentQuery(OrgQuery):
    """In which shape the assessment is wanted."""

    format: Annotated[Literal["json", "xlsx"], Field(title="格式")] = "json"


class CellOut(Out):
    """An indicator of an organ; no value where none was entered or nothing can be measured."""

    key: str
    aspect: str
    name: str
    unit: str
    weight: Decimal
    is_computed: bool
    value: Decimal | None
    basis: str
    points: Decimal | None


class AssessedOut(Out):
    """An organ: points of those that are possible with what is known, and what nobody has entered."""

    org: str
    org_name: str
    points: Decimal
    possible: Decimal
    missing: tuple[str, ...]
    indicators: tuple[CellOut, ...]


class AssessmentOut(Out):
    """The whole table."""

    year: int
    organs: tuple[AssessedOut, ...]


async def show_assessment(request: web.Request) -> web.Response:
    """Give the assessment, as JSON or as a workbook."""
    parts, query, year = request.config_dict[PARTS], query_of(request, AssessmentQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        made = await assess(tx, org, year, parts.assessment, parts.calendar, at=parts.now())
    if query.format == "json":
        return answer(_out(made))
    body = await asyncio.to_thread(assessment_as_xlsx, made)
    return web.Response(
        body=body,
        content_type=XLSX,
        headers={**PRIVATE, "Content-Disposition": f'attachment; filename="assessment-{year}.xlsx"'},
    )


async def enter_assessment(request: web.Request) -> web.Response:
    """Enter what the ledger does not know of an organ; the organ above it does, all or none."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, FiguresIn), year_of(request)
    values = [Declared(one.key, one.value, one.source) for one in form.figures]
    async with parts.store.begin() as tx:
        org, who = await get_org(tx, form.org, field="org"), signed_in(request)
        who.require("accept_report", org.parent_id or org.id)
        by, at = who.person_id, parts.now()
        await enter_values(tx, org, year, parts.assessment, values, by=by, at=at, new_id=parts.new_id)
        made = await assess(tx, org, year, parts.assessment, parts.calendar, at=at)
    return answer(_out(made), 201)


def _out(made: Assessment) -> AssessmentOut:
    return AssessmentOut(year=made.year, organs=tuple(_organ_out(one) for one in made.organs))


def _organ_out(one: Assessed) -> AssessedOut:
    return AssessedOut(
        org=one.org.code,
        org_name=one.org.name,
        points=one.points,
        possible=one.possible,
        missing=one.missing,
        indicators=tuple(_cell_out(cell) for cell in one.cells),
    )


def _cell_out(cell: Cell) -> CellOut:
    about = cell.indicator
    return CellOut(
        key=about.key,
        aspect=about.aspect,
        name=about.name,
        unit=about.unit,
        weight=about.weight,
        is_computed=about.is_computed,
        value=cell.value,
        basis=cell.basis,
        points=cell.points,
    )


_AT = "/api/v1/reports/{year}/assessment"
ROUTES = (
    Route(
        "GET", _AT, show_assessment, "年度考核", "read_statistics",
        answer=AssessmentOut, query=AssessmentQuery, files=(XLSX,),
    ),
    Route(
        "POST", _AT, enter_assessment, "填报考核数据", "accept_report",
        form=FiguresIn, answer=AssessmentOut, status=201,
    ),
)  # fmt: skip
