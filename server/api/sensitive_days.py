"""/api/v1/calendar/sensitive: days on which an office thinks over what it posts."""

from datetime import date
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.sensitive_days import MOST, forget_sensitive_days, note_sensitive_days
from server.forms.sensitive_days import SensitiveGoneIn, SensitiveListIn
from server.forms.words import Day, Out, Query
from server.parts import PARTS
from server.store.sensitive_days import SensitiveDays, Weight, list_sensitive_days


class SpanQuery(Query):
    """A span, both days included."""

    first: Annotated[Day, Field(title="起始日", alias="from")]
    last: Annotated[Day, Field(title="截止日", alias="to")]


class SensitiveDaysOut(Out):
    """A range, both days included; `warning` weighs more than `note`."""

    first: date
    last: date
    reason: str
    weight: Weight

    @classmethod
    def of(cls, one: SensitiveDays) -> "SensitiveDaysOut":
        """Give a range as the API shows it."""
        return cls(first=one.first, last=one.last, reason=one.reason, weight=one.weight)


class SensitiveListOut(Out):
    """The ranges that touch the span, by their first day."""

    days: tuple[SensitiveDaysOut, ...]


async def list_days(request: web.Request) -> web.Response:
    """Give the ranges that touch a span."""
    asked = query_of(request, SpanQuery)
    async with request.config_dict[PARTS].store.read() as tx:
        found = await list_sensitive_days(tx, asked.first, asked.last, MOST)
    return answer(SensitiveListOut(days=tuple(SensitiveDaysOut.of(one) for one in found)))


async def put_days(request: web.Request) -> web.Response:
    """Put ranges down, all or none."""
    parts, form = request.config_dict[PARTS], await form_of(request, SensitiveListIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        await note_sensitive_days(tx, tuple(one.value() for one in form.days), by=by, at=parts.now())
    return done()


async def remove_days(request: web.Request) -> web.Response:
    """Take a range out."""
    parts, form = request.config_dict[PARTS], await form_of(request, SensitiveGoneIn)
    async with parts.store.begin() as tx:
        await forget_sensitive_days(tx, SensitiveDays(form.first, form.last, form.reason), at=parts.now())
    return done()


_SENSITIVE = "/api/v1/calendar/sensitive"
ROUTES = (
    Route(
        "GET", _SENSITIVE, list_days, "敏感日期", "signed_in", answer=SensitiveListOut, query=SpanQuery
    ),
    Route(
        "POST", _SENSITIVE, put_days, "登记敏感日期", "manage_calendar", form=SensitiveListIn, status=204
    ),
    Route(
        "POST", f"{_SENSITIVE}/remove", remove_days, "删去一段敏感日期", "manage_calendar",
        form=SensitiveGoneIn, status=204,
    ),
)  # fmt: skip
