"""/api/v1/obligations: which documents must be interpreted, by when, and whether they are."""

from datetime import date, datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.items import get_item_for
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.days import day_of
from server.core.likeness import REPEATS
from server.core.oblige import exempt
from server.forms.orders import WaiveIn
from server.forms.words import OrgCode, Out, Query
from server.parts import PARTS
from server.store.obligations import ObligationSeen
from server.watch.overview import Overview, State, overview


class YearQuery(Query):
    """A year, at one organ with everything below it or at all."""

    year: Annotated[int, Field(title="年度", ge=1990, le=2100)]
    org: Annotated[OrgCode | None, Field(title="机构代码")] = None
    state: Annotated[State | None, Field(title="状态")] = None


class ObligationOut(Out):
    """One document; `likeness` is how much of its interpretation only repeats it, in per cent."""

    source_id: str
    title: str
    org: str
    org_name: str
    state: State
    live_on: date
    due_on: date
    is_provisional: bool
    met_at: datetime | None
    met_by: str | None
    interpretations: int
    is_linked: bool
    likeness: int | None
    is_repeating: bool
    waived_reason: str | None

    @classmethod
    def of(cls, state: State, seen: ObligationSeen) -> "ObligationOut":
        """Give an obligation as the API shows it."""
        one = seen.obligation
        return cls(
            source_id=one.source_id,
            title=seen.title,
            org=seen.org.code,
            org_name=seen.org.name,
            state=state,
            live_on=one.live_on,
            due_on=one.due_on,
            is_provisional=one.is_provisional,
            met_at=one.met_at,
            met_by=one.met_by,
            interpretations=seen.interpretations,
            is_linked=seen.is_linked,
            likeness=one.likeness,
            is_repeating=(one.likeness or 0) >= REPEATS,
            waived_reason=one.waived_reason,
        )


class OverviewOut(Out):
    """The year's counts by state, the inspectors' two shares in per cent, and the documents."""

    year: int
    counts: dict[State, int]
    share_interpreted: float | None
    share_linked: float | None
    repeating: int
    obligations: tuple[ObligationOut, ...]

    @classmethod
    def of(cls, seen: Overview, wanted: State | None) -> "OverviewOut":
        """Give the overview; the counts are of all states, the documents of the wanted one."""
        return cls(
            year=seen.year,
            counts=seen.counts,
            share_interpreted=seen.share_interpreted,
            share_linked=seen.share_linked,
            repeating=seen.repeating,
            obligations=tuple(
                ObligationOut.of(state, one) for state, one in seen.rows if wanted in (None, state)
            ),
        )


async def show_obligations(request: web.Request) -> web.Response:
    """Give the documents of a year that must be interpreted."""
    parts, asked = request.config_dict[PARTS], query_of(request, YearQuery)
    # As with the counts: anybody with a role may see every organ, the inspectors publish the same.
    async with parts.store.read() as tx:
        seen = await overview(tx, asked.year, asked.org, today=day_of(parts.now()))
    return answer(OverviewOut.of(seen, asked.state))


async def waive_item(request: web.Request) -> web.Response:
    """Write down that a document needs no interpretation, and why."""
    parts, form = request.config_dict[PARTS], await form_of(request, WaiveIn)
    at, by = parts.now(), signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        await exempt(tx, item, form.reason, by=by, at=at)
        seen = await overview(tx, day_of(item.published_at or at).year, item.org.code, today=day_of(at))
    found = next(pair for pair in seen.rows if pair[1].obligation.source_id == item.id)
    return answer(ObligationOut.of(*found))


ROUTES = (
    Route(
        "GET", "/api/v1/obligations", show_obligations, "应解读的文件", "read_statistics",
        answer=OverviewOut, query=YearQuery,
    ),
    Route(
        "POST", "/api/v1/items/{item_id}/waive-interpretation", waive_item, "免予解读", "release",
        form=WaiveIn, answer=ObligationOut,
    ),
)  # fmt: skip
