"""/api/v1/reports/{year}/months: the drafts of an organ's monthly reports, as they stood when made."""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.reports import OrgQuery, year_of
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.words import Form, OrgCode, Out
from server.parts import PARTS
from server.report.monthly import draft_month, say_month
from server.store.month_drafts import MonthDraft, list_month_drafts

_PATH: Final = "/api/v1/reports/{year}/months"


class MonthIn(Form):
    """A month of the year in the address that has ended."""

    org: Annotated[OrgCode, Field(title="机构代码")]
    month: Annotated[int, Field(title="月份", ge=1, le=12)]


class MonthOut(Out):
    """A draft: its paragraph, and the figures as they stood when it was made."""

    month: str
    org: str
    org_name: str
    text: str
    items: int
    items_before: int
    deliveries: dict[str, int]
    withdrawn: dict[str, Any]
    drafted_at: datetime

    @classmethod
    def of(cls, one: MonthDraft) -> "MonthOut":
        """Give a draft as it goes out."""
        told = one.figures
        return cls(
            month=one.month, org=told["org"], org_name=one.org_name, text=say_month(one), items=told["items"],
            items_before=told["before"], deliveries=told["deliveries"], withdrawn=told["withdrawn"],
            drafted_at=one.drafted_at,
        )  # fmt: skip


class MonthsOut(Out):
    """The drafts of a year, the newest first."""

    months: tuple[MonthOut, ...]


async def list_months(request: web.Request) -> web.Response:
    """Give the drafts of an organ's year."""
    parts, query, year = request.config_dict[PARTS], query_of(request, OrgQuery), year_of(request)
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        drafts = await list_month_drafts(tx, org.id, year)
    return answer(MonthsOut(months=tuple(MonthOut.of(one) for one in drafts)))


async def show_month(request: web.Request) -> web.Response:
    """Give the draft of one month."""
    parts, query, year = request.config_dict[PARTS], query_of(request, OrgQuery), year_of(request)
    month = request.match_info["month"]
    if not re.fullmatch(r"0[1-9]|1[0-2]", month):
        raise Problem("invalid", "月份应写作 01 到 12", field="month")
    async with parts.store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        found = [one for one in await list_month_drafts(tx, org.id, year) if one.month == f"{year}-{month}"]
    if not found:
        raise Problem("unknown_draft", f"{org.name}没有{year}年{int(month)}月的草稿")
    return answer(MonthOut.of(found[0]))


async def make_month(request: web.Request) -> web.Response:
    """Draft a month that has no draft; one that is there stays as it is."""
    parts, form, year = request.config_dict[PARTS], await form_of(request, MonthIn), year_of(request)
    async with parts.store.begin() as tx:
        org = await get_org(tx, form.org, field="org")
        signed_in(request).require("file_report", org.id)
        made = await draft_month(tx, org, f"{year}-{form.month:02}", at=parts.now())
    return answer(MonthOut.of(made), 201)


ROUTES = (
    Route("GET", _PATH, list_months, "各月草稿", "read_statistics", answer=MonthsOut, query=OrgQuery),
    Route(
        "GET", _PATH + "/{month}", show_month, "一个月的草稿", "read_statistics",
        answer=MonthOut, query=OrgQuery,
    ),
    Route(
        "POST", _PATH, make_month, "起草一个月的公开情况", "file_report",
        form=MonthIn, answer=MonthOut, status=201,
    ),
)  # fmt: skip
