"""/api/v1/reports/{year}/silent: who has not submitted a year's figures, and calling upon them."""

import asyncio
from datetime import date
from typing import Annotated, Final, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE, answer
from server.api.reports import OrgQuery, year_of
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.calendar import load_calendar
from server.core.days import day_of
from server.core.organs import get_org
from server.forms.words import Form, OrgCode, Out
from server.parts import PARTS
from server.report.sheets import CSV, XLSX, as_csv, as_xlsx
from server.report.silent import Late, late_table, list_late, remind

_PATH: Final = "/api/v1/reports/{year}/silent"


class SilentQuery(OrgQuery):
    """An organ, whose organs below are asked for."""

    format: Annotated[Literal["json", "csv", "xlsx"], Field(title="格式")] = "json"


class RemindIn(Form):
    """Whom to call upon: all below an organ that have not submitted, or some of them."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    orgs: Annotated[
        tuple[OrgCode, ...] | None, Field(title="催报的机构", min_length=1, max_length=1000, strict=False)
    ] = None


class SilentOut(Out):
    """An organ that has not submitted; `days_over` is negative while there is time."""

    org: str
    org_name: str
    due_on: date
    days_over: int
    returned: str | None
    reminded_on: date | None
    reminders: int

    @classmethod
    def of(cls, one: Late) -> "SilentOut":
        """Give one as it goes out."""
        seen = one.silent
        return cls(
            org=seen.org_code, org_name=seen.org_name, due_on=one.due_on, days_over=one.days_over,
            returned=seen.reason, reminded_on=seen.reminded_on, reminders=seen.reminders,
        )  # fmt: skip


class SilentsOut(Out):
    """Those that have not submitted, the latest first."""

    silent: tuple[SilentOut, ...]


class RemindedOut(Out):
    """The codes of those that were called upon."""

    reminded: tuple[str, ...]


async def show_silent(request: web.Request) -> web.Response:
    """Give the organs below one that have not submitted."""
    parts, query, year = request.config_dict[PARTS], query_of(request, SilentQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        late = await list_late(tx, org, year, await load_calendar(tx), day_of(parts.now()))
    if query.format == "json":
        return answer(SilentsOut(silent=tuple(SilentOut.of(one) for one in late)))
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="silent-{year}.{query.format}"'}
    table = late_table(late)
    if query.format == "csv":
        return web.Response(body=as_csv(table), content_type=CSV, charset="utf-8", headers=headers)
    body = await asyncio.to_thread(as_xlsx, "未报送", table)
    return web.Response(body=body, content_type=XLSX, headers=headers)


async def remind_silent(request: web.Request) -> web.Response:
    """Call upon those that have not submitted."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, RemindIn), year_of(request)
    who = signed_in(request)
    async with parts.store.begin() as tx:
        org = await get_org(tx, form.org, field="org")
        who.require("accept_report", org.id)
        calendar = await load_calendar(tx)
        told = await remind(tx, org, year, form.orgs, calendar, by=who.person_id, at=parts.now())
    return answer(RemindedOut(reminded=tuple(one.silent.org_code for one in told)))


ROUTES = (
    Route(
        "GET",
        _PATH,
        show_silent,
        "还没有报送的机构",
        "read_statistics",
        answer=SilentsOut,
        query=SilentQuery,
        files=(CSV, XLSX),
    ),
    Route("POST", _PATH, remind_silent, "催报", "accept_report", form=RemindIn, answer=RemindedOut),
)
