"""/console/follows: documents that must be interpreted, and the rule by which an interpretation follows."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from aiohttp import web

from channels.characters import one_line
from server.console.items import item_for
from server.console.moments import read_moment
from server.console.page import Page, Visit
from server.core.days import day_of
from server.core.follow import bind, list_follows
from server.core.gates import WorkingDays
from server.core.likeness import REPEATS
from server.core.oblige import exempt
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.follows import FollowIn
from server.forms.orders import WaiveIn
from server.forms.refusals import REFUSALS, refusals_of
from server.store.desk import DeskLine, Wanted, list_desk
from server.store.items import get_item
from server.store.orgs import list_orgs
from server.store.tx import Tx
from server.watch.overview import State, overview

_PATH: Final = "/console/follows"
_BIND: Final = "/console/items/{item_id}/follow"
_MOST_FOUND: Final = 20
_SATURDAY: Final = 5
_LONGEST_TERM: Final = 60
_STATES: Final[dict[State, tuple[str, str]]] = {
    "overdue": ("已过期", "bad"),
    "open": ("待解读", "wait"),
    "late": ("解读晚了", "wait"),
    "in_time": ("按时解读", "good"),
    "held": ("文件已撤回", ""),
    "waived": ("免予解读", ""),
}


async def show_follows(visit: Visit) -> web.StreamResponse:
    """Show the documents of a year that must be interpreted."""
    return await _shown(visit)


async def take_waiver(visit: Visit) -> web.StreamResponse:
    """Write down that a document needs no interpretation."""
    parts = visit.parts
    try:
        form = filled_in(WaiveIn, {"reason": visit.fields.get("reason")})
        async with parts.store.begin() as tx:
            seen = await item_for(tx, visit, "release")
            await exempt(tx, seen, form.reason, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.back(_PATH, done="recorded")


async def show_binding(visit: Visit) -> web.StreamResponse:
    """Show what an interpretation follows, and documents that it could follow."""
    return await _bound(visit)


async def take_binding(visit: Visit) -> web.StreamResponse:
    """Make an interpretation follow a document, or change the rule."""
    parts, fields = visit.parts, visit.fields
    try:
        form = filled_in(FollowIn, _typed_rule(visit))
        async with parts.store.begin() as tx:
            seen = await item_for(tx, visit, "write")
            follow = form.as_follow(seen.id)
            source = await get_item(tx, follow.source_id)
            visit.who.require("read", source.org.id)
            await bind(tx, follow, parts.calendar, by=visit.who.person_id, at=parts.now())
    except REFUSALS as error:
        return await _bound(visit, error)
    await parts.wake()
    return visit.go(f"/console/items/{seen.id}/follow", done="recorded", q=fields.get("q")[:200])


def _typed_rule(visit: Visit) -> dict[str, Any]:
    """Give the fields that belong to the chosen rule; those of the other rules stand beside it unused."""
    fields = visit.fields
    told: dict[str, Any] = {"source_id": fields.get("source_id"), "rule": fields.get("rule")}
    if not told["source_id"]:
        raise Problem("invalid", "请选择一份文件", field="source_id")
    if told["rule"] == "after_working_days":
        days = fields.get("working_days").strip()
        if not (days.isascii() and days.isdigit() and len(days) < 4):
            raise Problem("invalid", "“工作日数”应是整数", field="working_days")
        told["working_days"] = int(days)
        if fields.get("at_clock").strip():
            told["at_clock"] = fields.get("at_clock").strip()
    if told["rule"] == "at_time":
        moment = read_moment(fields.get("not_before"), "not_before", "不早于")
        if moment is not None:
            told["not_before"] = moment.isoformat()
    return told


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    today = day_of(visit.parts.now())
    text = visit.query("year")
    year = (
        int(text)
        if text.isascii() and text.isdigit() and len(text) == 4 and 1990 <= int(text) <= 2100
        else today.year
    )
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, frozenset(org for _role, org in visit.who.reach))
        org = next((one.code for one in orgs if one.code == visit.query("org")), None)
        seen = await overview(tx, year, org, today=today)
    order, only = tuple(_STATES), visit.query("state")
    wanted = (pair for pair in seen.rows if only not in _STATES or pair[0] == only)
    rows = sorted(wanted, key=lambda pair: (order.index(pair[0]), pair[1].obligation.due_on))
    trouble = refusals_of(error)
    return visit.show(
        "follows.html", section="follows", seen=seen, rows=rows, states=_STATES, orgs=orgs, org=org or "",
        only=only if only in _STATES else "",
        odd_days=partial(_say_odd, visit.parts.calendar), repeats=REPEATS,
        may_waive=visit.who.orgs_for("release"), may_write=visit.who.orgs_for("write"),
        trouble=trouble, trouble_heading="没有记录", typed=visit.fields,
        failed=visit.request.match_info.get("item_id", ""),
    )  # fmt: skip


def _say_odd(calendar: WorkingDays, after: date, until: date) -> str:
    """Say which days of a term are worked or off against the week: they make it hard to count in the head."""
    return "、".join(_odd_days(calendar, after, until))


def _odd_days(calendar: WorkingDays, after: date, until: date) -> Iterator[str]:
    for number in range(1, min((until - after).days, _LONGEST_TERM) + 1):
        day = after + timedelta(days=number)
        is_worked = calendar.is_working_day(day)
        if is_worked != (day.weekday() < _SATURDAY):
            weekday = "一二三四五六日"[day.weekday()]
            yield f"{day.month}月{day.day}日周{weekday}{'上班' if is_worked else '放假'}"


async def _bound(visit: Visit, error: Exception | None = None) -> web.Response:
    words = one_line(visit.fields.get("q") or visit.query("q"))
    async with visit.parts.store.read() as tx:
        seen = await item_for(tx, visit, "write")
        follows = await list_follows(tx, seen.id, visit.parts.calendar, at=visit.parts.now())
        found = await _find_documents(tx, visit, words)
    trouble = refusals_of(error)
    return visit.show(
        "follow.html", section="follows", seen=seen, follows=follows, found=found, words=words,
        repeats=REPEATS, typed=visit.fields, trouble=trouble, trouble_heading="没有关联",
    )  # fmt: skip


async def _find_documents(tx: Tx, visit: Visit, words: str) -> tuple[DeskLine, ...]:
    wanted = Wanted(visit.who.orgs_for("read"), words=words, kind="policy")
    return await list_desk(tx, wanted, limit=_MOST_FOUND)


PAGES = (
    Page("GET", _PATH, show_follows, "read"),
    Page("POST", f"{_PATH}/{{item_id}}/waive", take_waiver, "release"),
    Page("GET", _BIND, show_binding, "write"),
    Page("POST", _BIND, take_binding, "write"),
)
