"""/api/v1/agenda: what goes out, falls due and ends on each day of a period."""

from datetime import date, datetime, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.requests import query_of
from server.api.route import Route, signed_in
from server.api.sensitive_days import SensitiveDaysOut
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.words import Day, OrgCode, Out, Query
from server.parts import PARTS
from server.store.orgs import subtree_ids
from server.watch.agenda import Entry, Kind, Span, read_agenda

_MOST_DAYS = 92


class AgendaQuery(Query):
    """A period, both days included, at one organ with everything below it or at all that one may read."""

    first: Annotated[Day, Field(title="起始日", alias="from")]
    last: Annotated[Day, Field(title="截止日", alias="to")]
    org: Annotated[OrgCode | None, Field(title="机构代码")] = None


class EntryOut(Out):
    """One thing. `at` null: it falls on the day as a whole; `day` null: when, nobody knows yet."""

    kind: Kind
    day: date | None
    at: datetime | None
    title: str
    told: str
    org_name: str
    item_id: str | None
    release_id: str | None
    channels: tuple[str, ...]
    is_provisional: bool
    is_late: bool
    is_movable: bool
    stays: Annotated[str, Field(title="为什么不能移动")]
    accounts: tuple[str, ...]

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """Give an entry as the API shows it."""
        return cls(
            kind=entry.kind, day=entry.day, at=entry.at, title=entry.title, told=entry.told,
            org_name=entry.org_name, item_id=entry.item_id, release_id=entry.release_id,
            channels=entry.channels, is_provisional=entry.is_provisional, is_late=entry.is_late,
            is_movable=entry.is_movable, stays=entry.stays, accounts=entry.accounts,
        )  # fmt: skip


class AgendaDayOut(Out):
    """A day; `shown` items were seen by readers first on it."""

    day: date
    is_worked: bool
    is_made_up: bool
    is_holiday: bool
    is_provisional: bool
    name: str
    memorial: str
    sensitive: tuple[SensitiveDaysOut, ...]
    shown: int
    entries: tuple[EntryOut, ...]


class AgendaOut(Out):
    """The days in their order, and what has no day yet."""

    days: tuple[AgendaDayOut, ...]
    undated: tuple[EntryOut, ...]


async def show_agenda(request: web.Request) -> web.Response:
    """Give a period as the calendar of the console shows it."""
    parts, asked = request.config_dict[PARTS], query_of(request, AgendaQuery)
    if not 1990 <= asked.first.year <= asked.last.year <= 2100:
        raise Problem("invalid", "“起始日”和“截止日”应在 1990 年到 2100 年之间，先后不能颠倒", field="from")
    if not timedelta() <= asked.last - asked.first < timedelta(days=_MOST_DAYS):
        raise Problem("invalid", f"从“起始日”到“截止日”应是 1 到 {_MOST_DAYS} 天", field="to")
    mine = signed_in(request).orgs_for("read")
    async with parts.store.read() as tx:
        if asked.org is not None:
            mine &= await subtree_ids(tx, (await get_org(tx, asked.org, field="org")).id)
        agenda = await read_agenda(tx, Span(asked.first, asked.last, mine), at=parts.now())
    return answer(
        AgendaOut(
            days=tuple(
                AgendaDayOut(
                    day=one.day, is_worked=one.is_worked, is_made_up=one.is_made_up,
                    is_holiday=one.is_holiday, is_provisional=one.is_provisional, name=one.name,
                    memorial=one.memorial,
                    sensitive=tuple(SensitiveDaysOut.of(range_) for range_ in one.sensitive),
                    shown=one.shown, entries=tuple(EntryOut.of(entry) for entry in one.entries),
                )
                for one in agenda.days
            ),
            undated=tuple(EntryOut.of(entry) for entry in agenda.undated),
        )
    )  # fmt: skip


ROUTES = (
    Route(
        "GET", "/api/v1/agenda", show_agenda, "发布日历", "read", answer=AgendaOut, query=AgendaQuery,
    ),
)  # fmt: skip
