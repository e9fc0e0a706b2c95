"""/console/report/snapshots: the snapshots of an organ's year, and what differs between two of them."""

from typing import Final

from aiohttp import web

from server.console.organ_years import asked_org, asked_year
from server.console.page import Page, Visit
from server.core.problems import Problem
from server.report.figures import CHANNEL_NAMES
from server.report.snapshots import is_intact
from server.store.snapshots import Snapshot, list_differences, list_snapshots

_PATH: Final = "/console/report/snapshots"
_MOST: Final = 500
_SIDES: Final = {"added": ("新增", "good"), "removed": ("不再计入", "bad")}
_LINES: Final = {"counted": "计入", "withdrawn": "撤回", "reinstated": "恢复"}


async def show_difference(visit: Visit) -> web.Response:
    """Show the two newest snapshots side by side, or the two that are asked for, and each line between."""
    year = asked_year(visit)
    async with visit.parts.store.read() as tx:
        org = await asked_org(tx, visit)
        taken = await list_snapshots(tx, org.id, year)
        pair = _pair(visit, taken)
        lines = await list_differences(tx, *pair, _MOST) if pair else ()
        intact = {one.number: await is_intact(tx, one) for one in pair or taken[-1:]}
    return visit.show(
        "snapshots.html", section="report", year=year, org=org, taken=taken, pair=pair, lines=lines,
        figures=_figures(pair) if pair else (), intact=intact, sides=_SIDES, line_names=_LINES, most=_MOST,
        channels={"item": "条数", **CHANNEL_NAMES},
    )  # fmt: skip


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


def _figures(pair: tuple[Snapshot, Snapshot]) -> tuple[tuple[str, int, int], ...]:
    """Give what both counted: items, and deliveries of each channel."""
    first, second = (one.figures["channel"] for one in pair)
    return (
        ("条数（每条计一次）", first["items"], second["items"]),
        *(
            (name, first["deliveries"].get(key, 0), second["deliveries"].get(key, 0))
            for key, name in CHANNEL_NAMES.items()
        ),
        ("撤回的条数（另列）", first["withdrawn"]["items"], second["withdrawn"]["items"]),
    )


PAGES = (Page("GET", _PATH, show_difference, "read_statistics"),)
