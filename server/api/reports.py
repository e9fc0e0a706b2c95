"""/api/v1/reports: a year of an organ: figures entered, snapshots, filing, and the draft of the report."""

import asyncio
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE, answer
from server.api.report_forms import (
    DeclaredOut,
    FigureOut,
    FiguresIn,
    FilingIn,
    FilingOut,
    FilingsOut,
    ReportItemIn,
    ReportItemOut,
    SnapshotIn,
    SnapshotOut,
    SnapshotsOut,
)
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.api.statistics import RowOut
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.report_items import write_report_item
from server.forms.words import OrgCode, Out, Query
from server.parts import PARTS
from server.report.declaring import Declared, declare
from server.report.drafting.draft import Draft
from server.report.drafting.html import draft_as_html
from server.report.drafting.json import draft_as_json
from server.report.drafting.word import draft_as_docx
from server.report.drafting.workbook import draft_as_xlsx
from server.report.filing import filings_below, move
from server.report.snapshots import begin_checksum, get_snapshot, is_intact, take_snapshot
from server.report.yearly import draft_of_year
from server.store.declared import list_declared
from server.store.snapshots import list_differences, list_snapshots

_DIFFERENCES: Final = 500
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_MIMES: Final = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "html": "text/html",
    "json": "application/json",
}


class OrgQuery(Query):
    """An organ, with everything below it."""

    org: Annotated[OrgCode, Field(title="机构代码")]


class SnapshotQuery(OrgQuery):
    """A snapshot of an organ by its number."""

    number: Annotated[int, Field(title="快照编号", ge=1, le=10_000)]


class DifferenceQuery(OrgQuery):
    """Two snapshots of an organ's year."""

    older: Annotated[int, Field(title="较早的快照", ge=1, le=10_000)]
    newer: Annotated[int, Field(title="较晚的快照", ge=1, le=10_000)]


class DraftQuery(OrgQuery):
    """In which shape the draft is wanted."""

    format: Annotated[Literal["docx", "html", "xlsx", "json"], Field(title="格式")] = "docx"
    review: Annotated[bool, Field(title="附数字来源")] = False


class ChangedRow(Out):
    """A line that only one of two snapshots has."""

    side: Literal["added", "removed"]
    row: RowOut


class DifferenceOut(Out):
    """The difference of two snapshots, line by line; at most 500 lines a side."""

    older: int
    newer: int
    reason: str | None
    rows: tuple[ChangedRow, ...]


class SnapshotSeen(SnapshotOut):
    """A snapshot with its figures, and whether the lines behind it are still the same."""

    figures: dict[str, Any]
    is_intact: bool


async def enter_figures(request: web.Request) -> web.Response:
    """Write figures that the ledger does not have; all or none."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, FiguresIn), year_of(request)
    async with parts.store.begin() as tx:
        org, who = await get_org(tx, form.org, field="org"), signed_in(request)
        who.require("file_report", org.id)
        figures = [Declared(one.key, one.value, one.source) for one in form.figures]
        await declare(tx, org, year, figures, by=who.person_id, at=parts.now(), new_id=parts.new_id)
        standing = await list_declared(tx, org.id, year)
    return answer(DeclaredOut(figures=tuple(FigureOut.of(one) for one in standing)), 201)


async def show_figures(request: web.Request) -> web.Response:
    """Give the figures that were entered; what the ledger proves stands in the statistics."""
    parts, query, year = request.config_dict[PARTS], query_of(request, OrgQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        standing = await list_declared(tx, org.id, year)
    return answer(DeclaredOut(figures=tuple(FigureOut.of(one) for one in standing)))


async def freeze(request: web.Request) -> web.Response:
    """Take a snapshot of an organ's year."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, SnapshotIn), year_of(request)
    who, at = signed_in(request), parts.now()
    async with parts.store.read() as tx:
        org = await get_org(tx, form.org, field="org")
        who.require("file_report", org.id)
        begun = await begin_checksum(tx, org, year, at=at)
    async with parts.store.begin() as tx:
        taken = await take_snapshot(
            tx, org, year, reason=form.reason, by=who.person_id, at=at, new_id=parts.new_id, begun=begun
        )
    return answer(SnapshotOut.of(taken), 201)


async def list_frozen(request: web.Request) -> web.Response:
    """Give the snapshots of an organ's year."""
    parts, query, year = request.config_dict[PARTS], query_of(request, OrgQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        taken = await list_snapshots(tx, org.id, year)
    return answer(SnapshotsOut(snapshots=tuple(SnapshotOut.of(one) for one in taken)))


async def show_frozen(request: web.Request) -> web.Response:
    """Give one snapshot with its figures, its lines counted again."""
    parts, query, year = request.config_dict[PARTS], query_of(request, SnapshotQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        taken = await get_snapshot(tx, org, year, query.number)
        intact = await is_intact(tx, taken)
    shown = SnapshotOut.of(taken).model_dump()
    return answer(SnapshotSeen(**shown, figures=taken.figures, is_intact=intact))


async def show_difference(request: web.Request) -> web.Response:
    """Give the lines by which two snapshots differ."""
    parts, query, year = request.config_dict[PARTS], query_of(request, DifferenceQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        older = await get_snapshot(tx, org, year, query.older)
        newer = await get_snapshot(tx, org, year, query.newer)
        found = await list_differences(tx, older, newer, _DIFFERENCES)
    rows = tuple(ChangedRow(side=side, row=RowOut.of(line)) for side, line in found)
    return answer(DifferenceOut(older=older.number, newer=newer.number, reason=newer.reason, rows=rows))


async def file_year(request: web.Request) -> web.Response:
    """Submit an organ's year, accept it, send it back or close it."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, FilingIn), year_of(request)
    who, at, begun = signed_in(request), parts.now(), None
    async with parts.store.read() as tx:
        org = await get_org(tx, form.org, field="org")
        # The organ above decides on what was submitted; the topmost one decides on its own.
        if form.move == "submit":
            who.require("file_report", org.id)
            begun = await begin_checksum(tx, org, year, at=at)
        else:
            who.require("accept_report", org.parent_id or org.id)
    async with parts.store.begin() as tx:
        moved = await move(
            tx, org, year, form.move,
            reason=form.reason, by=who.person_id, at=at, new_id=parts.new_id, begun=begun,
        )  # fmt: skip
    return answer(FilingOut.of(moved))


async def list_years(request: web.Request) -> web.Response:
    """Give how far an organ and everything below it is, and who has not submitted."""
    parts, query, year = request.config_dict[PARTS], query_of(request, OrgQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        found = await filings_below(tx, org, year)
    return answer(FilingsOut.of(found))


async def write_draft(request: web.Request) -> web.Response:
    """Give the draft of the year's report as a file."""
    parts, query, year = request.config_dict[PARTS], query_of(request, DraftQuery), year_of(request)
    async with parts.store.read() as tx:
        made = await draft_of_year(tx, query.org, year, at=parts.now())
    body = await asyncio.to_thread(_written, made, query)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="report-{year}.{query.format}"'}
    charset = "utf-8" if query.format == "html" else None
    return web.Response(body=body, content_type=_MIMES[query.format], charset=charset, headers=headers)


async def make_item(request: web.Request) -> web.Response:
    """Give the item of the report: the one there is, or a new draft with the figures of this moment."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, ReportItemIn), year_of(request)
    who = signed_in(request)
    async with parts.store.read() as tx:
        who.require("write", (await get_org(tx, form.org, field="org")).id)
    item_id = await write_report_item(parts.report_desk, form.org, year, by=who.person_id)
    return answer(ReportItemOut(id=item_id), 201)


def _written(made: Draft, query: DraftQuery) -> bytes:
    match query.format:
        case "docx":
            return draft_as_docx(made, review=query.review)
        case "html":
            return draft_as_html(made, review=query.review)
        case "xlsx":
            return draft_as_xlsx(made)
        case "json":
            return draft_as_json(made)


def year_of(request: web.Request) -> int:
    """Give the year in the path; raises Problem."""
    text = request.match_info["year"]
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 1990 <= int(text) <= 2100):
        raise Problem("invalid", "年度应在 1990 到 2100 之间", field="year")
    return int(text)


_AT: Final = "/api/v1/reports/{year}"
_READ: Final = "read_statistics"
ROUTES = (
    Route(
        "POST", f"{_AT}/figures", enter_figures, "填报台账里没有的数字", "file_report",
        form=FiguresIn, answer=DeclaredOut, status=201,
    ),
    Route("GET", f"{_AT}/figures", show_figures, "填报的数字", _READ, answer=DeclaredOut, query=OrgQuery),
    Route(
        "POST", f"{_AT}/snapshots", freeze, "生成统计快照", "file_report",
        form=SnapshotIn, answer=SnapshotOut, status=201,
    ),
    Route("GET", f"{_AT}/snapshots", list_frozen, "统计快照", _READ, answer=SnapshotsOut, query=OrgQuery),
    Route(
        "GET", f"{_AT}/snapshot", show_frozen, "一个统计快照的数字", _READ,
        answer=SnapshotSeen, query=SnapshotQuery,
    ),
    Route(
        "GET", f"{_AT}/difference", show_difference, "两个统计快照的逐行差异", _READ,
        answer=DifferenceOut, query=DifferenceQuery,
    ),
    Route(
        "POST", f"{_AT}/filings", file_year, "报送、退回、接收、关闭", "signed_in",
        form=FilingIn, answer=FilingOut,
    ),
    Route("GET", f"{_AT}/filings", list_years, "各机构报送情况", _READ, answer=FilingsOut, query=OrgQuery),
    Route(
        "POST", f"{_AT}/item", make_item, "把年度报告写成稿件", "write",
        form=ReportItemIn, answer=ReportItemOut, status=201,
    ),
    Route(
        "GET", f"{_AT}/draft", write_draft, "年度报告草稿", _READ,
        query=DraftQuery, files=tuple(_MIMES.values()),
    ),
)  # fmt: skip
