"""/console/statistics: what was disclosed in a period, by any side of it, and the rows behind each figure."""

import asyncio
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlencode

from aiohttp import web

from channels.item import KIND_NAMES, Kind
from server.console.moments import read_day, read_moment
from server.console.page import Page, Visit
from server.core.days import day_of
from server.core.problems import Problem
from server.core.site_columns import require_column
from server.forms.refusals import REFUSALS, refusals_of
from server.report.figures import CHANNEL_NAMES, Question, Row, channel_figures, joint_sieve, sieve_of
from server.report.sheets import XLSX, Value, as_xlsx
from server.report.statements import GROUP_NAMES, figures_sheet, lines_sheet, place_after, read_place
from server.report.tally import tally
from server.store.joint import JointSide
from server.store.ledger import Line
from server.store.lines_seen import LineSeen
from server.store.orgs import list_orgs
from server.store.statistics import GROUPS, GroupBy, count_lines_behind, list_lines_behind
from server.store.words import COUNTED_AS, KINDS

_PATH: Final = "/console/statistics"
A_PAGE: Final = 50
A_SHEET: Final = 20_000
LINE_NAMES: Final[dict[Line, str]] = {
    "counted": "计入",
    "withdrawn": "撤回",
    "reinstated": "恢复",
    "moved": "改期",
    "restated": "更正",
}
JOINT_NAMES: Final[dict[JointSide, str]] = {"led": "牵头联合发文", "joined": "参与联合发文"}
_BELOW: Final = "+"
"""Behind the slug of a column: with what stands below it."""
_ASKED: Final = ("org", "by", "kind", "column", "topic", "no_topic", "account", "alone", "until", "joint")
_NAMES: Final = {"item": "主动公开信息（每条计一次）", **CHANNEL_NAMES}


async def show_statistics(visit: Visit) -> web.StreamResponse:
    """Show the figures; every figure of a channel leads to its rows."""
    try:
        question = _question(visit)
        async with visit.parts.store.read() as tx:
            if question.column is not None:
                await require_column(tx, visit.parts.site, question.column)
            figures = await channel_figures(tx, question, at=visit.parts.now())
            compared = await tally(tx, figures)
    except REFUSALS as error:
        return await _page(visit, "statistics.html", error, figures=None)
    if visit.query("format") == "xlsx":
        rows = tuple(replace(row, name=_name_of(visit, question.group_by, row)) for row in figures.rows)
        return await give_sheet("统计", figures_sheet(replace(figures, rows=rows), compared), "statistics")
    return await _page(
        visit, "statistics.html", None, figures=figures, tally=compared, channels=COUNTED_AS,
        link=partial(rows_address, question), name_of=partial(_name_of, visit, question.group_by),
    )  # fmt: skip


async def show_rows(visit: Visit) -> web.StreamResponse:
    """Show the rows behind a figure, oldest first, each with its proof; `until` as they stood at a moment."""
    channel, line = visit.query("channel") or "item", cast("Line", visit.query("line") or "counted")
    is_sheet = visit.query("format") == "xlsx"
    limit = A_SHEET if is_sheet else A_PAGE + 1
    account = visit.query("account") or None
    try:
        joint = cast("JointSide | None", visit.query("joint") or None)
        if channel not in _NAMES or line not in LINE_NAMES or joint not in (None, *JOINT_NAMES):
            raise Problem("invalid", "没有这样的数字，请从统计表里进入")
        question, after = _question(visit), visit.query("after")
        until = read_moment(visit.query("until"), "until", "截至")
        async with visit.parts.store.read() as tx:
            if question.column is not None:
                await require_column(tx, visit.parts.site, question.column)
            sieve = await (joint_sieve(tx, question, joint) if joint else sieve_of(tx, question))
            sieve = replace(sieve, until=until)
            found = await list_lines_behind(
                tx, sieve, channel=channel, line=line, account_slug=account,
                after=read_place(after) if after and not is_sheet else None, limit=limit,
            )  # fmt: skip
            total = None if until or is_sheet else await count_lines_behind(
                tx, sieve, channel=channel, line=line, account_slug=account
            )  # fmt: skip
    except REFUSALS as error:
        return await _page(
            visit,
            "statistics_rows.html",
            error,
            rows=(),
            more="",
            channel="",
            line="",
            until=None,
            total=None,
            joint="",
        )
    if is_sheet:
        return await give_sheet("台账", lines_sheet(in_words(visit, found), LINE_NAMES), "rows")
    rows = found[:A_PAGE]
    return await _page(
        visit, "statistics_rows.html", None, rows=rows, channel=_NAMES[channel], line=LINE_NAMES[line],
        until=until, total=total, joint=JOINT_NAMES[joint] if joint else "",
        more=place_after(rows[-1]) if len(found) > A_PAGE else "",
    )  # fmt: skip


def _question(visit: Visit) -> Question:
    today = day_of(visit.parts.now())
    start = read_day(visit.query("from"), "from", "起始日") or date(today.year, 1, 1)
    end = read_day(visit.query("to"), "to", "截止日") or date(start.year, 12, 31)
    if end < start:
        raise Problem("invalid", "“截止日”不能早于“起始日”", field="to")
    group_by = visit.query("by") or "channel"
    if group_by not in GROUPS:
        raise Problem("invalid", "不能这样分组", field="by")
    kind = visit.query("kind") or None
    if kind is not None and kind not in KINDS:
        raise Problem("invalid", "没有这个种类", field="kind")
    org, column = visit.query("org") or None, visit.query("column")[:64] or None
    topic = "" if visit.query("no_topic") else visit.query("topic")[:100].strip() or None
    with_below = not visit.query("alone")
    slug = column.removesuffix(_BELOW) if column else None
    below = visit.parts.site.with_below(slug)[1:] if slug and slug != column else None
    return Question(
        start, end, org, cast("GroupBy", group_by), with_below, kind, slug, topic, below,
    )  # fmt: skip


async def _page(visit: Visit, template: str, error: Exception | None, **values: Any) -> web.Response:
    today = day_of(visit.parts.now())
    # Every organ: the law has the figures published each year (条例 Art. 50).
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, frozenset(org for _role, org in visit.who.reach))
    asked = {
        "from": visit.query("from") or f"{today.year}-01-01",
        "to": visit.query("to") or f"{today.year}-12-31",
        **{name: visit.query(name) for name in _ASKED},
    }
    trouble = refusals_of(error)
    return visit.show(
        template, section="statistics", asked=asked, orgs=orgs, groups=GROUP_NAMES, names=_NAMES,
        trouble=trouble, trouble_heading="不能统计", columns=_columns(visit),
        query={name: visit.query(name) for name in ("channel", "line")}, **values,
    )  # fmt: skip


def _columns(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Give slug and name of every column that was ever counted under, those that were merged at the end."""
    site = visit.parts.site
    found: list[tuple[str, str]] = []
    for column in site.columns:
        if site.below(column.slug):
            found.append((f"{column.slug}{_BELOW}", f"{column.name}（含下级栏目）"))
            found.append((column.slug, f"{column.name}（不含下级栏目）"))
        else:
            found.append((column.slug, site.column_path(column)))
    slugs = (slug for column in site.columns for slug, _name in column.absorbed)
    return (*found, *((slug, site.column_name(slug)) for slug in slugs))


def rows_address(
    question: Question, key: str, channel: str, line: str = "counted", *, nameless: bool = False,
    until: datetime | None = None, joint: JointSide | None = None,
) -> str:  # fmt: skip
    """Give the address of the rows behind one figure: of a group (`key`, "" for all) and a channel.

    `nameless` is the group of what has no topic; `until` is when a figure was frozen; `joint` leaves the
    joint releases that its organs lead or joined.
    """
    asked = {
        "from": question.start.isoformat(),
        "to": question.end.isoformat(),
        "org": question.org_code,
        "kind": question.kind,
        "column": f"{question.column}{_BELOW}" if question.below is not None else question.column,
        "topic": question.topic,
        "no_topic": "1" if question.topic == "" else None,
        "channel": channel,
        "line": line,
        "until": until.isoformat() if until else None,
        "joint": joint,
    }
    if key and question.group_by == "month":
        first = date.fromisoformat(f"{key}-01")
        last = first.replace(day=monthrange(first.year, first.month)[1])
        asked |= {
            "from": max(first, question.start).isoformat(),
            "to": min(last, question.end).isoformat(),
        }
    elif nameless:
        asked["no_topic"] = "1"
    elif key and question.group_by != "channel":
        asked[question.group_by] = key
    if question.group_by == "org" and key:
        asked["alone"] = "1"  # the figure of an organ in the list is its own
    return f"{_PATH}/rows?{urlencode({name: value for name, value in asked.items() if value})}"


def _name_of(visit: Visit, group_by: GroupBy, row: Row) -> str:
    match group_by:
        case "kind":
            return KIND_NAMES.get(cast("Kind", row.key), row.key)
        case "column":
            return visit.parts.site.column_name(row.key)
        case "topic":
            return row.name or "没有填主题分类"
        case _:
            return row.name


def in_words(visit: Visit, lines: tuple[LineSeen, ...]) -> tuple[LineSeen, ...]:
    """Give lines with names instead of codes, for a sheet that a person reads."""
    return tuple(
        replace(
            one,
            kind=KIND_NAMES.get(cast("Kind", one.kind), one.kind),
            column=visit.parts.site.column_name(one.column),
            channel=_NAMES[one.channel],
        )
        for one in lines
    )


async def give_sheet(title: str, table: list[list[Value]], name: str) -> web.Response:
    """Give a table as a workbook to be saved under a name."""
    body = await asyncio.to_thread(as_xlsx, title, table)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.xlsx"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, content_type=XLSX, headers=headers)


PAGES = (
    Page("GET", _PATH, show_statistics, "read_statistics"),
    Page("GET", f"{_PATH}/rows", show_rows, "read_statistics"),
)
