"""/api/v1/calendar: the working days of a year, limits counted in them, and the import of a notice."""

from datetime import date, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from scheduler.notices import MOST_BYTES, BadNotice, read_notice
from server.api.answers import answer
from server.api.requests import file_of, query_of
from server.api.route import Route, signed_in
from server.core.calendar import import_notice, load_calendar
from server.core.problems import Problem, Problems
from server.forms.words import Day, Out, Query
from server.parts import PARTS
from server.store.calendars import Layer, list_calendar_days


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


async def import_calendar(request: web.Request) -> web.Response:
    """Take a notice of days off over; open limits are counted again within seconds."""
    parts, layer = request.config_dict[PARTS], query_of(request, LayerQuery).layer
    name, content = await file_of(request, MOST_BYTES)
    try:
        notice = read_notice(content)
    except BadNotice as error:
        raise Problems(tuple(Problem("invalid", one, field="file") for one in error.complaints)) from None
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        made = await import_notice(tx, notice, layer, source=name[:200], by=by, at=parts.now())
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
)  # fmt: skip
