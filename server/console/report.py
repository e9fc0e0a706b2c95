"""/console/report: a year of an organ: its figures, the draft of its report, and how far each organ is."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Final, Literal, cast
from urllib.parse import quote

from aiohttp import web

from server.console.organ_years import asked_org, reported_year, today_of
from server.console.page import Page, Visit
from server.console.report_check import SEVERITIES, said
from server.console.snapshots import rows_of_snapshot
from server.console.statistics import rows_address
from server.core.organs import get_org
from server.core.problems import Problem, Problems
from server.forms.refusals import REFUSALS, refusals_of
from server.forms.report_items import write_report_item
from server.report.cells import Key
from server.report.declaring import HISTORY, Declared, declare
from server.report.drafting.draft import Draft
from server.report.drafting.given import key_text, shown
from server.report.drafting.html import draft_as_html
from server.report.drafting.json import draft_as_json
from server.report.drafting.paper import GROUPS
from server.report.drafting.word import draft_as_docx
from server.report.drafting.workbook import draft_as_xlsx
from server.report.figures import CHANNEL_NAMES, Question, channel_figures
from server.report.filing import MOVES, Move, filings_below, move
from server.report.finding import Finding
from server.report.snapshots import begin_checksum, take_snapshot
from server.report.yearly import draft_of_year, faults_of
from server.store.declared import list_declared
from server.store.orgs import list_orgs
from server.store.snapshots import list_snapshots

_PATH: Final = "/console/report"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_MIMES: Final = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "html": "text/html",
    "json": "application/json",
}
_STATES: Final = {
    "draft": ("还没有报送", ""),
    "returned": ("已退回，请重新报送", "bad"),  # a draft again, with the reason
    "submitted": ("已报送", "wait"),
    "accepted": ("已接收", "good"),
    "closed": ("已关闭", "good"),
}
_MOVES: Final[dict[Move, str]] = {"submit": "报送", "return": "退回", "accept": "接收", "close": "关闭"}
_MARK: Final = "figure:"


async def show_report(visit: Visit) -> web.StreamResponse:
    """Show the year."""
    return await _shown(visit)


async def give_draft(visit: Visit) -> web.StreamResponse:
    """Give the draft as a file; `review=1` with the source of every figure."""
    made = visit.query("format") or "docx"
    if made not in _MIMES:
        raise Problem("invalid", "只能下载 docx、xlsx、html、json", field="format")
    year = reported_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        draft = await draft_of_year(tx, org.code, year, at=visit.parts.now())
    body = await asyncio.to_thread(_written, draft, made, review=bool(visit.query("review")))
    headers = {
        "Content-Disposition": f'attachment; filename="report-{year}.{made}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    charset = "utf-8" if made in ("html", "json") else None
    return web.Response(body=body, content_type=_MIMES[made], charset=charset, headers=headers)


async def take_figures(visit: Visit) -> web.StreamResponse:
    """Write the figures that were changed; all or none."""
    parts, year = visit.parts, reported_year(visit)
    try:
        async with parts.store.begin() as tx:
            org = await asked_org(tx, visit)
            visit.who.require("file_report", org.id)
            standing = {one.key: one.value for one in await list_declared(tx, org.id, year)}
            figures = _typed(visit, standing)
            if not figures:
                raise Problem("invalid", "没有改动任何数字")
            by, at = visit.who.person_id, parts.now()
            await declare(tx, org, year, figures, by=by, at=at, new_id=parts.new_id)
    except Problems as error:
        named = (Problem(one.code, one.message, field=_field(one.field, figures)) for one in error.problems)
        return await _shown(visit, Problems(tuple(named)))
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="saved", org=org.code, year=str(year))


async def take_snapshot_of_year(visit: Visit) -> web.StreamResponse:
    """Freeze the figures of the year."""
    parts, year, at = visit.parts, reported_year(visit), visit.parts.now()
    try:
        async with parts.store.read() as tx:
            org = await asked_org(tx, visit)
            visit.who.require("file_report", org.id)
            begun = await begin_checksum(tx, org, year, at=at)
        async with parts.store.begin() as tx:
            await take_snapshot(
                tx, org, year, reason=visit.fields.get("reason").strip()[:500] or None,
                by=visit.who.person_id, at=at, new_id=parts.new_id, begun=begun,
            )  # fmt: skip
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="recorded", org=org.code, year=str(year))


async def take_item(visit: Visit) -> web.StreamResponse:
    """Make the report an item, or go to the one there is."""
    parts, year = visit.parts, reported_year(visit)
    try:
        async with parts.store.read() as tx:
            org = await asked_org(tx, visit)
        visit.who.require("write", org.id)
        item_id = await write_report_item(parts.report_desk, org.code, year, by=visit.who.person_id)
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(f"/console/items/{item_id}")


async def take_move(visit: Visit) -> web.StreamResponse:
    """Submit an organ's year, accept it, send it back or close it; `about` is that organ."""
    parts, year, step = visit.parts, reported_year(visit), visit.fields.get("move")
    about, at, begun = visit.fields.get("about")[:18], parts.now(), None
    try:
        if step not in MOVES:
            raise Problem("invalid", "没有这个步骤", field="move")
        async with parts.store.read() as tx:
            org = await get_org(tx, about, field="about")
            # The organ above decides on what was submitted; the topmost one decides on its own.
            if step == "submit":
                visit.who.require("file_report", org.id)
                begun = await begin_checksum(tx, org, year, at=at)
            else:
                visit.who.require("accept_report", org.parent_id or org.id)
        async with parts.store.begin() as tx:
            await move(
                tx, org, year, cast("Move", step), reason=visit.fields.get("reason").strip()[:500] or None,
                by=visit.who.person_id, at=at, new_id=parts.new_id, begun=begun,
            )  # fmt: skip
    except Problem as error:
        # Every organ of the list has a field of its own for the reason.
        field = f"reason-{about}" if error.field == "reason" else error.field
        return await _shown(visit, Problem(error.code, error.message, field=field))
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="recorded", org=visit.fields.get("org")[:18], year=str(year))


def _field(place: str, figures: list[Declared]) -> str:
    """Give the field of the page for `figures.<number>.<what>`; one source stands for all figures."""
    _figures, number, what = place.split(".")
    return "source" if what == "source" else _MARK + figures[int(number)].key


def _opened(typed: dict[str, str]) -> frozenset[str]:
    """Give the tables in which somebody typed something, "history" for the counts of earlier years."""
    keys = [name.removeprefix(_MARK) for name, value in typed.items() if value.strip()]
    return frozenset("history" if key in HISTORY else key.split("|")[0] for key in keys)


def _typed(visit: Visit, standing: dict[str, str]) -> list[Declared]:
    source = visit.fields.get("source").strip()
    found = [
        Declared(name.removeprefix(_MARK), value.strip(), source)
        for name, value in visit.fields.pairs
        if name.startswith(_MARK) and value.strip() and value.strip() != standing.get(name[len(_MARK) :])
    ]
    if found and not source:
        raise Problem("invalid", "请写明这些数字的来源", field="source")
    return found


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    year, draft, formless = reported_year(visit), None, ""
    faults: tuple[Finding, ...] = ()
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        orgs = await list_orgs(tx, visit.who.orgs_for("read_statistics"))
        try:
            draft = await draft_of_year(tx, org.code, year, at=visit.parts.now())
            faults = await faults_of(tx, org, draft, at=visit.parts.now())
        except Problem as refusal:  # before 2014 there is no form; the page still shows what there is
            formless = str(refusal)
        declared = {one.key: one for one in await list_declared(tx, org.id, year)}
        question = Question(date(year, 1, 1), date(year, 12, 31), org.code)
        proved = (await channel_figures(tx, question, at=visit.parts.now())).total
        snapshots = await list_snapshots(tx, org.id, year)
        filings = await filings_below(tx, org, year)
    (filing,) = (one for one in filings if one.org_id == org.id)
    trouble = refusals_of(error)
    typed = {name: value for name, value in visit.fields.pairs if name.startswith(_MARK)}
    return visit.show(
        "report.html", section="report", year=year, org=org, orgs=orgs, draft=draft, snapshots=snapshots,
        declared=declared, filings=filings, states=_STATES, moves=_MOVES, typed=typed, key_text=key_text,
        shown=shown, channels=CHANNEL_NAMES, rows=_rows_of(org.code, year), fields=visit.fields,
        frozen_rows=rows_of_snapshot(org.code, year),
        opened=_opened(typed) | {key[0] for one in faults for key in one.cells}, faults=faults,
        severities=SEVERITIES, said=said, cell_link=_cell_link, groups=GROUPS,
        has_ended=year < today_of(visit).year,
        formless=formless, history=HISTORY, proved={"item": proved.items, **proved.deliveries},
        before=_behind_last(draft, org.code, year - 1) if draft else "",
        may_write=org.id in visit.who.orgs_for("write"), may_file=org.id in visit.who.orgs_for("file_report"),
        may_enter=filing.state == "draft" and org.id in visit.who.orgs_for("file_report"), filing=filing,
        files=visit.who.orgs_for("file_report"), accepts=visit.who.orgs_for("accept_report"),
        trouble=trouble,
    )  # fmt: skip


def _rows_of(org_code: str, year: int) -> Callable[[str, str], str]:
    """Give what tells the address of the lines behind a figure of a year: of a channel, and of a kind."""

    def address(channel: str, kind: str = "") -> str:
        question = Question(date(year, 1, 1), date(year, 12, 31), org_code, kind=kind or None)
        return rows_address(question, "", channel)

    return address


def _cell_link(key: Key) -> str:
    """Give the place of a cell on the page."""
    return f"#cell:{quote(key_text(key))}"


def _behind_last(draft: Draft, org_code: str, year: int) -> str:
    """Give the address of the lines behind last year's figure; "" where it was declared."""
    last = draft.given.last
    if last is not None and last.snapshot is not None:
        return rows_of_snapshot(org_code, year)(last.snapshot, "item")
    return _rows_of(org_code, year)("item", "") if last is not None and last.is_counted else ""


def _written(draft: Draft, made: str, *, review: bool) -> bytes:
    match cast("Literal['docx', 'xlsx', 'html', 'json']", made):
        case "docx":
            return draft_as_docx(draft, review=review)
        case "html":
            return draft_as_html(draft, review=review)
        case "xlsx":
            return draft_as_xlsx(draft)
        case "json":
            return draft_as_json(draft)


PAGES = (
    Page("GET", _PATH, show_report, "read_statistics"),
    Page("GET", f"{_PATH}/draft", give_draft, "read_statistics"),
    Page("POST", f"{_PATH}/figures", take_figures, "file_report"),
    Page("POST", f"{_PATH}/snapshot", take_snapshot_of_year, "file_report"),
    Page("POST", f"{_PATH}/item", take_item, "write"),
    Page("POST", f"{_PATH}/filing", take_move, "signed_in"),
)
