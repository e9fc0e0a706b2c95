"""/api/v1/calendar: the working days of a year, limits counted in them, notices in and local days out."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from scheduler.notices import MOST_BYTES, BadNotice, Notice, read_notice
from server.api.answers import answer, done
from server.api.requests import file_of, form_of, query_of
from server.api.route import Route, signed_in
from server.core.calendar import drop_local_day, import_notice, load_calendar
from server.core.problems import Problem, Problems
from server.forms.words import Day, Form, Out, Query
from server.parts import PARTS
from server.store.calendars import CalendarNotice, Layer, list_calendar_days, list_notices
from server.watch.shifts import Kind, Shift, Term, foresee

_MOST_NOTICES = 200


class YearQuery(Query):
    """A year."""

    year: Annotated[int, Field(title="年份", ge=1990, le=2100)]


class DueQuery(Query):
    """A day that is not counted, and how many working days after it."""

    start: Annotated[Day, Field(title="起算日", alias="from")]
    days: Annotated[int, Field(title="工作日数", ge=0, le=1000)]


class LayerQuery(Query):
    """Into which layer a notice goes."""

    layer: Annotated[Layer, Field(title="层")] = "national"


class LocalDayGoneIn(Form):
    """A day of the local layer that should not stand there."""

    day: Annotated[Day, Field(title="日期")]


class CalendarDayOut(Out):
    """A day that is not as a plain week has it."""

    day: date
    worked: bool
    name: str


class YearOut(Out):
    """A year; `is_provisional` while its arrangement of holidays is not known."""

    year: int
    is_provisional: bool
    working_days: int
    exceptions: tuple[CalendarDayOut, ...]


class DueOut(Out):
    """The day something is due."""

    due_on: date
    is_provisional: bool


class ImportedOut(Out):
    """What an import took: `years` are arranged in full, `incomplete_years` only claim to be."""

    serial: int
    layer: Layer
    days: int
    years: tuple[int, ...]
    incomplete_years: tuple[int, ...]


class EnteredDayOut(Out):
    """A day as somebody entered it; where both layers have it, the local one holds."""

    layer: Layer
    day: date
    worked: bool
    name: str


class CalendarNoticeOut(Out):
    """One import; `years` are those it arranges in full."""

    serial: int
    layer: Layer
    source: str
    years: tuple[int, ...]
    imported_at: datetime

    @classmethod
    def of(cls, row: CalendarNotice) -> "CalendarNoticeOut":
        """Give an import as the API shows it."""
        return cls(
            serial=row.serial, layer=row.layer, source=row.source, years=row.years,
            imported_at=row.imported_at,
        )  # fmt: skip


class EntriesOut(Out):
    """What was entered for a year, and the newest imports."""

    year: int
    days: tuple[EnteredDayOut, ...]
    notices: tuple[CalendarNoticeOut, ...]


class TermOut(Out):
    """When something falls due; `at` where it is a moment of the day."""

    day: date
    at: datetime | None
    is_provisional: bool

    @classmethod
    def of(cls, term: Term) -> "TermOut":
        """Give a term as the API shows it."""
        return cls(day=term.day, at=term.at, is_provisional=term.is_provisional)


class ShiftOut(Out):
    """A term that moves."""

    kind: Kind
    title: str
    item_id: str | None
    before: TermOut
    after: TermOut

    @classmethod
    def of(cls, shift: Shift) -> "ShiftOut":
        """Give a shift as the API shows it."""
        return cls(
            kind=shift.kind, title=shift.title, item_id=shift.item_id,
            before=TermOut.of(shift.before), after=TermOut.of(shift.after),
        )  # fmt: skip


class ChangedDayOut(Out):
    """A day that would be worked and is not now, or the other way round."""

    day: date
    worked: bool


class OutlookOut(Out):
    """What an import would change. `moved` counts all; `shifts` are the soonest at the caller's organs."""

    days: tuple[ChangedDayOut, ...]
    shifts: tuple[ShiftOut, ...]
    moved: int
    settled: int
    unchanged: int
    years: tuple[int, ...]
    incomplete_years: tuple[int, ...]


async def show_year(request: web.Request) -> web.Response:
    """Give the working days of a year and what is unlike a plain week."""
    year = query_of(request, YearQuery).year
    async with request.config_dict[PARTS].store.read() as tx:
        calendar = await load_calendar(tx)
        names = {one.day: one.name for one in await list_calendar_days(tx, year)}
    eve, last = date(year, 1, 1) - timedelta(days=1), date(year, 12, 31)
    return answer(
        YearOut(
            year=year,
            is_provisional=not calendar.is_year_known(year),
            working_days=calendar.count_working_days(eve, last),
            exceptions=tuple(
                CalendarDayOut(day=day, worked=worked, name=names.get(day, ""))
                for day, worked in calendar.exceptions_of(year)
            ),
        )
    )


async def show_due(request: web.Request) -> web.Response:
    """Give the day so many working days after another."""
    asked = query_of(request, DueQuery)
    if not 1990 <= asked.start.year <= 2100:
        raise Problem("invalid", "“起算日”应在 1990 年到 2100 年之间", field="from")
    async with request.config_dict[PARTS].store.read() as tx:
        due = (await load_calendar(tx)).add_working_days(asked.start, asked.days)
    return answer(DueOut(due_on=due.day, is_provisional=due.provisional))


async def show_entries(request: web.Request) -> web.Response:
    """Give what was entered for a year, each layer by itself, and by which imports."""
    year = query_of(request, YearQuery).year
    async with request.config_dict[PARTS].store.read() as tx:
        days = await list_calendar_days(tx, year)
        notices = await list_notices(tx, limit=_MOST_NOTICES)
    return answer(
        EntriesOut(
            year=year,
            days=tuple(
                EnteredDayOut(layer=one.layer, day=one.day, worked=one.worked, name=one.name) for one in days
            ),
            notices=tuple(CalendarNoticeOut.of(one) for one in notices),
        )
    )


async def foresee_import(request: web.Request) -> web.Response:
    """Tell which days and which open terms an import of this file would change; changes nothing."""
    parts, layer = request.config_dict[PARTS], query_of(request, LayerQuery).layer
    name, notice = await _notice_of(request)
    told = await foresee(parts.store, notice, layer, source=name, at=parts.now())
    mine = signed_in(request).orgs_for("read")
    return answer(
        OutlookOut(
            days=tuple(ChangedDayOut(day=day, worked=worked) for day, worked in told.days),
            shifts=tuple(ShiftOut.of(one) for one in told.shifts if one.org_id is None or one.org_id in mine),
            moved=told.moved,
            settled=told.settled,
            unchanged=told.unchanged,
            years=told.made.years,
            incomplete_years=tuple(sorted(notice.broken)),
        )
    )


async def _notice_of(request: web.Request) -> tuple[str, Notice]:
    name, content = await file_of(request, MOST_BYTES)
    try:
        return name[:200], await asyncio.to_thread(read_notice, content)
    except BadNotice as error:
        raise Problems(tuple(Problem("invalid", one, field="file") for one in error.complaints)) from None


async def remove_local_day(request: web.Request) -> web.Response:
    """Take a day out of the local layer; open limits are counted again within seconds."""
    parts, form = request.config_dict[PARTS], await form_of(request, LocalDayGoneIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        await drop_local_day(tx, form.day, by=by, at=parts.now())
    return done()


async def import_calendar(request: web.Request) -> web.Response:
    """Take a notice of days off over; open limits are counted again within seconds."""
    parts, layer = request.config_dict[PARTS], query_of(request, LayerQuery).layer
    name, notice = await _notice_of(request)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        made = await import_notice(tx, notice, layer, source=name, by=by, at=parts.now())
    return answer(
        ImportedOut(
            serial=made.serial,
            layer=layer,
            days=len(notice.days),
            years=made.years,
            incomplete_years=tuple(sorted(notice.broken)),
        ),
        201,
    )


_CALENDAR = "/api/v1/calendar"
ROUTES = (
    Route("GET", _CALENDAR, show_year, "一年的工作日", "signed_in", answer=YearOut, query=YearQuery),
    Route("GET", f"{_CALENDAR}/due", show_due, "推算期限", "signed_in", answer=DueOut, query=DueQuery),
    Route(
        "POST", _CALENDAR, import_calendar, "导入放假安排", "manage_calendar",
        answer=ImportedOut, query=LayerQuery, status=201, takes="form",
    ),
    Route(
        "GET", f"{_CALENDAR}/entries", show_entries, "导入的放假安排和本地节日", "signed_in",
        answer=EntriesOut, query=YearQuery,
    ),
    Route(
        "POST", f"{_CALENDAR}/look", foresee_import, "预告导入会改变哪些日子和期限", "manage_calendar",
        answer=OutlookOut, query=LayerQuery, takes="form",
    ),
    Route(
        "POST", f"{_CALENDAR}/local/remove", remove_local_day, "删去一个本地节日", "manage_calendar",
        form=LocalDayGoneIn, status=204,
    ),
)  # fmt: skip
