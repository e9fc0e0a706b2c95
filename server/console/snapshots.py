"""/console/report/snapshots: the snapshots of an organ's year, their lines, and what differs between two."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from server.console.organ_years import asked_org, asked_year
from server.console.page import Page, Visit
from server.console.statistics import A_PAGE, A_SHEET, LINE_NAMES, give_sheet, in_words
from server.core.problems import Problem
from server.report.figures import CHANNEL_NAMES
from server.report.snapshots import get_snapshot, is_intact
from server.report.statements import lines_sheet, place_after, read_place
from server.store.ledger import Line
from server.store.lines_seen import LineSeen
from server.store.snapshots import Snapshot, list_differences, list_lines_of_snapshot, list_snapshots
from server.store.statistics import Sieve, list_lines_behind
from server.store.tx import Tx

_PATH: Final = "/console/report/snapshots"
_MOST: Final = 500
_SIDES: Final = {"added": ("新增", "good"), "removed": ("不再计入", "bad")}
_CHANNELS: Final = {"item": "条数", **CHANNEL_NAMES}


async def show_difference(visit: Visit) -> web.Response:
    """Show the two newest snapshots side by side, or the two that are asked for, and each line between.

    `only` names a channel whose lines are wanted, and `line` what they say.
    """
    year, only, line = asked_year(visit), visit.query("only"), visit.query("line") or "counted"
    if (only and only not in _CHANNELS) or line not in LINE_NAMES:
        raise Problem("invalid", "没有这样的数字，请从快照里进入")
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        taken = await list_snapshots(tx, org.id, year)
        pair = _pair(visit, taken)
        lines = await list_differences(tx, *pair, _MOST, only=(only, line) if only else None) if pair else ()
        intact = {one.number: await is_intact(tx, one) for one in pair or taken[-1:]}
    return visit.show(
        "snapshots.html", section="report", year=year, org=org, taken=taken, pair=pair, lines=lines,
        figures=_figures(pair) if pair else (), intact=intact, sides=_SIDES, line_names=LINE_NAMES,
        most=_MOST, channels=_CHANNELS, only=only, line=line, rows=rows_of_snapshot(org.code, year),
    )  # fmt: skip


async def show_lines(visit: Visit) -> web.StreamResponse:
    """Show the lines of a snapshot behind a figure of it, or all its lines, oldest first."""
    year, channel, line = asked_year(visit), visit.query("channel"), visit.query("line") or "counted"
    if (channel and channel not in _CHANNELS) or line not in LINE_NAMES:
        raise Problem("invalid", "没有这样的数字，请从快照里进入")
    is_sheet, after = visit.query("format") == "xlsx", visit.query("after")
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        frozen = await get_snapshot(tx, org, year, _number(visit, "number", 0))
        found = await _lines_of(
            tx, frozen, channel, line,
            after=read_place(after) if after and not is_sheet else None,
            limit=A_SHEET if is_sheet else A_PAGE + 1,
        )  # fmt: skip
    if is_sheet:
        return await give_sheet("快照依据", lines_sheet(in_words(visit, found), LINE_NAMES), "snapshot-rows")
    rows = found[:A_PAGE]
    return visit.show(
        "snapshot_rows.html", section="report", year=year, org=org, frozen=frozen, rows=rows, channel=channel,
        channels=_CHANNELS, line=line, line_names=LINE_NAMES,
        more=place_after(rows[-1]) if len(found) > A_PAGE else "",
    )  # fmt: skip


async def _lines_of(
    tx: Tx, frozen: Snapshot, channel: str, line: Line, *, after: tuple[date, str] | None, limit: int
) -> tuple[LineSeen, ...]:
    if not channel:
        return await list_lines_of_snapshot(tx, frozen, after=after, limit=limit)
    sieve = Sieve(date(frozen.year, 1, 1), date(frozen.year, 12, 31), frozenset(frozen.org_ids))
    return await list_lines_behind(
        tx, replace(sieve, until=frozen.taken_at), channel=channel, line=line, account_slug=None,
        after=after, limit=limit,
    )  # fmt: skip


def rows_of_snapshot(org_code: str, year: int) -> Callable[..., str]:
    """Give what tells the address of the lines behind a figure of a snapshot of an organ's year."""

    def address(number: int, channel: str = "", line: str = "counted") -> str:
        asked = {"org": org_code, "year": year, "number": number, "channel": channel, "line": line}
        return f"{_PATH}/rows?{urlencode({name: value for name, value in asked.items() if value})}"

    return address


def _pair(visit: Visit, taken: tuple[Snapshot, ...]) -> tuple[Snapshot, Snapshot] | None:
    """Give the older and the newer one; None where there is only one."""
    if len(taken) < 2:
        return None
    numbers = {one.number: one for one in taken}
    older = numbers.get(_number(visit, "older", taken[-2].number))
    newer = numbers.get(_number(visit, "newer", taken[-1].number))
    if older is None or newer is None:
        raise Problem("unknown_snapshot", "没有这个统计快照")
    return (older, newer) if older.number <= newer.number else (newer, older)


def _number(visit: Visit, name: str, otherwise: int) -> int:
    text = visit.query(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure that both snapshots have: of a channel or `item`, and of what kind of line."""

    name: str
    channel: str
    line: Line
    first: int
    second: int


def _figures(pair: tuple[Snapshot, Snapshot]) -> tuple[_Figure, ...]:
    """Give what both counted: items, and deliveries of each channel."""
    first, second = (one.figures["channel"] for one in pair)
    gone = (first["withdrawn"]["items"], second["withdrawn"]["items"])
    # A snapshot that was taken before there were any does not have the figure.
    restated = [one.get("restated", {}).get("items", 0) for one in (first, second)]
    return (
        _Figure("条数（每条计一次）", "item", "counted", first["items"], second["items"]),
        *(
            _Figure(name, key, "counted", first["deliveries"].get(key, 0), second["deliveries"].get(key, 0))
            for key, name in CHANNEL_NAMES.items()
        ),
        _Figure("撤回的条数（另列）", "item", "withdrawn", *gone),
        *((_Figure("更正的条数（改计到更早日期）", "item", "restated", *restated),) if any(restated) else ()),
    )


PAGES = (
    Page("GET", _PATH, show_difference, "read_statistics"),
    Page("GET", f"{_PATH}/rows", show_lines, "read_statistics"),
)
