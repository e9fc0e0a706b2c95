"""/console/calendar: what goes out, falls due and ends, by month and by week; planned releases move here."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from aiohttp import web

from server.console.environment import ZONE
from server.console.moments import read_day, read_moment
from server.console.names import ENTRY_KINDS
from server.console.page import Page, Visit
from server.core.days import day_of
from server.core.problems import Problem
from server.core.reschedule import reschedule
from server.forms.refusals import REFUSALS, refusals_of
from server.store.accounts import list_accounts
from server.store.items import get_item
from server.store.orgs import list_orgs, subtree_ids
from server.store.practice import list_resting
from server.store.releases import ReleaseRow, get_release
from server.store.tx import Tx
from server.watch.agenda import Agenda, Span, read_agenda

_PATH: Final = "/console/calendar"
_USUAL: Final = time(9)
"""Where a release without a time of day lands on the day it is dragged to."""


@dataclass(frozen=True, slots=True)
class View:
    """A month or a week; `grid` is what the page draws: whole weeks, Monday first."""

    by: str  # "month" or "week"
    day: date  # the first of the month, or the Monday

    @classmethod
    def of(cls, month: str, week: str, today: date) -> "View":
        """Read what an address asks for; anything else is this month."""
        if week:
            day = _day(week) or today
            return cls("week", day - timedelta(days=day.weekday()))
        return cls("month", (_day(f"{month}-01") or today).replace(day=1))

    @property
    def first(self) -> date:
        """The Monday that the view begins with."""
        return self.day - timedelta(days=self.day.weekday())

    @property
    def last(self) -> date:
        """The Sunday that it ends with."""
        if self.by == "week":
            return self.day + timedelta(days=6)
        end = self.after.day - timedelta(days=1)
        return end + timedelta(days=6 - end.weekday())

    @property
    def before(self) -> "View":
        """The month or week before."""
        if self.by == "week":
            return View("week", self.day - timedelta(days=7))
        return View("month", (self.day - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> "View":
        """The month or week behind."""
        if self.by == "week":
            return View("week", self.day + timedelta(days=7))
        return View("month", (self.day + timedelta(days=31)).replace(day=1))

    @property
    def query(self) -> dict[str, str]:
        """What stands behind the question mark of its address."""
        if self.by == "week":
            return {"week": self.day.isoformat()}
        return {"month": f"{self.day:%Y-%m}"}

    @property
    def name(self) -> str:
        """Say it as a heading."""
        if self.by == "week":
            return (
                f"{self.day.year}年{self.day.month}月{self.day.day}日至{self.last.month}月{self.last.day}日"
            )
        return f"{self.day.year}年{self.day.month}月"


async def show_calendar(visit: Visit) -> web.StreamResponse:
    """Show a month or a week."""
    return await _shown(visit)


async def take_move(visit: Visit) -> web.StreamResponse:
    """Move a planned release to another time, or to another day at its time of day."""
    parts = visit.parts
    try:
        async with parts.store.begin() as tx:
            row = await _movable(tx, visit)
            moment = _wanted(visit, row)
            await reschedule(tx, row.item_id, moment, parts.calendar, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    return visit.go(_PATH, done="rescheduled", **_view(visit).query, **_sieve(visit))


async def _movable(tx: Tx, visit: Visit) -> ReleaseRow:
    row = await get_release(tx, visit.fields.get("release_id")[:16])
    seen = await get_item(tx, row.item_id)
    visit.who.require("release", seen.org.id)
    if row.state != "planned":
        raise Problem("wrong_state", "这次发布已经上线、被取代或者撤回，不能再改时间")
    return row


def _wanted(visit: Visit, row: ReleaseRow) -> datetime:
    """Give the moment that was typed, or the day that was dragged to at the time of day it had."""
    fields = visit.fields
    day = read_day(fields.get("day"), "day", "日期")
    if day is not None:
        clock = _USUAL if row.not_before is None else row.not_before.astimezone(ZONE).time()
        return datetime.combine(day, clock, ZONE)
    moment = read_moment(fields.get("not_before"), "not_before", "发布时间")
    if moment is None:
        raise Problem("invalid", "请填写发布时间", field="not_before")
    return moment


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    at, view = visit.parts.now(), _view(visit)
    reads = visit.who.orgs_for("read")
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, reads)
        resting = await list_resting(tx)
        accounts = [one for one in await list_accounts(tx, reads) if one.id not in resting]
        chosen = next((one for one in orgs if one.code == _sieve(visit).get("org")), None)
        account = next((one for one in accounts if one.slug == _sieve(visit).get("account")), None)
        org_ids = reads if chosen is None else await subtree_ids(tx, chosen.id) & reads
        agenda = await read_agenda(tx, Span(view.first, view.last, org_ids), at=at)
    if account is not None:
        agenda = agenda.of_account(account.slug)
    trouble = refusals_of(error)
    return visit.show(
        "calendar.html", section="calendar", view=view, agenda=agenda, weeks=_weeks(agenda),
        today=day_of(at), this_month=View("month", day_of(at).replace(day=1)), orgs=orgs,
        org="" if chosen is None else chosen.code, accounts=accounts,
        account="" if account is None else account.slug, kinds=ENTRY_KINDS,
        may_move=visit.who.orgs_for("release"),
        typed=visit.fields, trouble=trouble, trouble_heading="没有改时间",
    )  # fmt: skip


def _weeks(agenda: Agenda) -> tuple[tuple[object, ...], ...]:
    return tuple(agenda.days[start : start + 7] for start in range(0, len(agenda.days), 7))


def _view(visit: Visit) -> View:
    """Give the view of the address, or the one that a form was posted from."""
    fields = visit.fields
    month = visit.query("month") or fields.get("month")[:7]
    return View.of(month, visit.query("week") or fields.get("week")[:10], day_of(visit.parts.now()))


def _sieve(visit: Visit) -> dict[str, str]:
    """Give what of the office the view is narrowed to."""
    asked = {name: visit.query(name) or visit.fields.get(name)[:64] for name in ("org", "account")}
    return {name: value for name, value in asked.items() if value}


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


PAGES = (
    Page("GET", _PATH, show_calendar, "read"),
    Page("POST", f"{_PATH}/move", take_move, "release"),
)
