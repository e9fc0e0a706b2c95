"""/console/workdays: a year's working days, notices of days off brought in, local days taken out again."""

import asyncio
from datetime import date, timedelta
from typing import Final, cast

from aiohttp import web

from scheduler.notices import MOST_BYTES, BadNotice, Notice, read_notice
from scheduler.workdays import holiday_name
from server.console.moments import read_day
from server.console.page import Page, Visit
from server.core.calendar import drop_local_day, import_notice, load_calendar
from server.core.days import day_of
from server.core.problems import Problem, Problems
from server.forms.refusals import REFUSALS, refusals_of
from server.security.office_wide import refuse_for_office
from server.store.calendars import Layer, list_calendar_days, list_notices
from server.store.words import CALENDAR_LAYERS
from server.watch.shifts import KIND_NAMES, Outlook, foresee

_PATH: Final = "/console/workdays"
_MOST_NOTICES: Final = 20


async def show_workdays(visit: Visit) -> web.Response:
    """Show a year: what is unlike a plain week, what was entered, and by which notices."""
    return await _page(visit)


async def look_at_notice(visit: Visit) -> web.Response:
    """Show what a file would change, with a button that takes it over."""
    files = visit.fields.files("file")
    try:
        if len(files) != 1:
            raise Problem("invalid", "请选择一个 JSON 或 CSV 文件", field="file")
        layer, notice = _layer(visit), await _read(files[0].body)
        source, at = files[0].name[:200], visit.parts.now()
        told = await foresee(visit.parts.store, notice, layer, source=source, at=at)
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    reads = visit.who.orgs_for("read")
    shown = tuple(one for one in told.shifts if one.org_id is None or one.org_id in reads)
    return await _page(
        visit, told=told, shown=shown, notice=notice, content=_text(files[0].body), source=source, layer=layer
    )


async def take_notice(visit: Visit) -> web.Response:
    """Take over what was looked at: the words of the file came along with the form, and are read again."""
    parts = visit.parts
    try:
        layer, notice = _layer(visit), await _read(visit.fields.get("content").encode())
        source = visit.fields.get("source")[:200]
        async with parts.store.begin() as tx:
            await import_notice(tx, notice, layer, source=source, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    year = max(one.day.year for one in notice.days)
    return visit.go(_PATH, done="imported_calendar", year=str(year))


async def drop_day(visit: Visit) -> web.Response:
    """Take a local day out."""
    parts = visit.parts
    try:
        day = read_day(visit.fields.get("day"), "day", "日期")
        if day is None:
            raise Problem("invalid", "请写明要删去的日期", field="day")
        async with parts.store.begin() as tx:
            await drop_local_day(tx, day, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.go(_PATH, done="imported_calendar", year=str(day.year))


def _layer(visit: Visit) -> Layer:
    layer = visit.fields.get("layer")
    if layer not in CALENDAR_LAYERS:
        raise Problem("invalid", "请选择是国务院通知还是本地节日", field="layer")
    return cast("Layer", layer)


async def _read(content: bytes) -> Notice:
    if len(content) > MOST_BYTES:
        raise Problem("too_large", f"文件超过 {MOST_BYTES // 1_000_000} MB，不像是放假安排", field="file")
    try:
        return await asyncio.to_thread(read_notice, content)
    except BadNotice as error:
        raise Problems(tuple(Problem("invalid", one, field="file") for one in error.complaints)) from None


def _text(content: bytes) -> str:
    """Give the words of a file that was read already."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


async def _page(
    visit: Visit,
    *,
    told: Outlook | None = None,
    shown: tuple[object, ...] = (),
    notice: Notice | None = None,
    content: str = "",
    source: str = "",
    layer: str = "national",
    trouble: tuple[Problem, ...] = (),
) -> web.Response:
    today = day_of(visit.parts.now())
    year = _year(visit, today)
    async with visit.parts.store.read() as tx:
        calendar = await load_calendar(tx)
        entered = await list_calendar_days(tx, year)
        notices = await list_notices(tx, limit=_MOST_NOTICES)
        only_office = await refuse_for_office(tx, visit.who, "manage_calendar")
    names = {one.day: one.name for one in entered}
    count = calendar.count_working_days(date(year, 1, 1) - timedelta(days=1), date(year, 12, 31))
    return visit.show(
        "workdays.html", section="workdays", trouble=trouble, trouble_heading="没有导入",
        year=year, this_year=today.year, count=count, is_known=calendar.is_year_known(year),
        unknown=calendar.unknown_years(today), exceptions=tuple(calendar.exceptions_of(year)), names=names,
        holiday=holiday_name,
        local=tuple(one for one in entered if one.layer == "local"), notices=notices, told=told, shown=shown,
        notice=notice, content=content, source=source, layer=layer, term_kinds=KIND_NAMES,
        may_change=not only_office,
        only_office=only_office if visit.who.orgs_for("manage_calendar") else "",
    )  # fmt: skip


def _year(visit: Visit, today: date) -> int:
    asked = visit.query("year")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    return year if 1990 <= year <= 2100 else today.year


PAGES = (
    Page("GET", _PATH, show_workdays, "read"),
    Page("POST", f"{_PATH}/look", look_at_notice, "manage_calendar"),
    Page("POST", _PATH, take_notice, "manage_calendar"),
    Page("POST", f"{_PATH}/drop", drop_day, "manage_calendar"),
)
