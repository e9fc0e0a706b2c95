"""/console/sensitive-days: days on which posting is thought over; put down, imported, taken out again."""

from datetime import date, timedelta
from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.core.days import day_of
from server.core.problems import Problem
from server.core.sensitive_days import MOST, WEIGHT_NAMES, forget_sensitive_days, note_sensitive_days
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS, refusals_of
from server.forms.sensitive_days import SensitiveDaysIn, SensitiveGoneIn
from server.importing.sensitive_sheet import read_sensitive_sheet
from server.security.office_wide import refuse_for_office
from server.store.sensitive_days import SensitiveDays, list_sensitive_days

_PATH: Final = "/console/sensitive-days"
_FIELDS: Final = ("first", "last", "reason", "weight")
_PAST: Final = timedelta(days=366)


async def show_days(visit: Visit) -> web.Response:
    """Show what is put down, from a year ago on."""
    return await _page(visit)


async def take_days(visit: Visit) -> web.Response:
    """Put one range down; an empty last day is the first again."""
    typed = {name: visit.fields.get(name).strip() for name in _FIELDS}
    try:
        form = filled_in(SensitiveDaysIn, {**typed, "last": typed["last"] or typed["first"]})
        await _note(visit, (form.value(),))
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.go(_PATH, done="changed")


async def import_days(visit: Visit) -> web.Response:
    """Put down what a sheet says, all or none."""
    files = visit.fields.files("file")
    try:
        if len(files) != 1:
            raise Problem("invalid", "请选择一个 CSV 文件", field="file")
        await _note(visit, read_sensitive_sheet(files[0].body))
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.go(_PATH, done="changed")


async def drop_days(visit: Visit) -> web.Response:
    """Take a range out."""
    try:
        form = filled_in(SensitiveGoneIn, {name: visit.fields.get(name) for name in _FIELDS[:3]})
        async with visit.parts.store.begin() as tx:
            gone = SensitiveDays(form.first, form.last, form.reason)
            await forget_sensitive_days(tx, gone, at=visit.parts.now())
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.go(_PATH, done="changed")


async def _note(visit: Visit, ranges: tuple[SensitiveDays, ...]) -> None:
    parts = visit.parts
    async with parts.store.begin() as tx:
        await note_sensitive_days(tx, ranges, by=visit.who.person_id, at=parts.now())


async def _page(visit: Visit, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    today = day_of(visit.parts.now())
    async with visit.parts.store.read() as tx:
        listed = await list_sensitive_days(tx, today - _PAST, date.max, MOST)
        only_office = await refuse_for_office(tx, visit.who, "manage_calendar")
    return visit.show(
        "sensitive_days.html", section="sensitive", trouble=trouble,
        trouble_heading="没有更改", listed=listed, today=today, weights=WEIGHT_NAMES,
        typed={name: visit.fields.get(name) for name in _FIELDS},
        may_change=not only_office,
        only_office=only_office if visit.who.orgs_for("manage_calendar") else "",
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_days, "read"),
    Page("POST", _PATH, take_days, "manage_calendar"),
    Page("POST", f"{_PATH}/import", import_days, "manage_calendar"),
    Page("POST", f"{_PATH}/drop", drop_days, "manage_calendar"),
)
