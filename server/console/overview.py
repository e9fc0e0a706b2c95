"""/console/overview: a year at a glance: by channel, month and organ, silent accounts, interpretations."""

from datetime import date
from functools import partial
from typing import Any, Final

from aiohttp import web

from server.console.charts import HIGH, WIDE, columns, length
from server.console.leads import leads_of
from server.console.organ_years import asked_year, today_of
from server.console.page import Page, Visit
from server.console.statistics import rows_address
from server.forms.refusals import REFUSALS, refusals_of
from server.report.figures import CHANNEL_NAMES, Figures, Question, channel_figures
from server.store.orgs import find_org_by_code, list_orgs, subtree_ids
from server.store.statistics import GroupBy
from server.store.tx import Tx
from server.store.words import COUNTED_AS
from server.watch.life import AccountLife, Life, lives_of_accounts
from server.watch.overview import overview
from server.watch.silence import silent_columns

_PATH: Final = "/console/overview"
_BAR: Final = 100
_MOST_ORGS: Final = 30
_LIVES: Final[dict[Life, tuple[str, str]]] = {
    "zombie": ("僵尸账号", "bad"),
    "silent": ("停更", "bad"),
    "soon": ("将停更", "wait"),
    "fresh": ("正常", "good"),
    "paused": ("已暂停", ""),
}


async def show_overview(visit: Visit) -> web.StreamResponse:
    """Show the year; every figure leads to the rows behind it."""
    today = today_of(visit)
    try:
        year = asked_year(visit)
        async with visit.parts.store.read() as tx:
            sides = {by: await _figures(tx, visit, year, by) for by in ("channel", "month", "org")}
            last = await _figures(tx, visit, year - 1, "channel")
            told = await overview(tx, year, visit.query("org") or None, today=today)
            accounts = await _accounts(tx, visit, today)
            silent = await silent_columns(tx, visit.parts.site, today)
            leads = await leads_of(tx, visit.who, silent)
    except REFUSALS as error:
        return await _page(visit, today.year, trouble=refusals_of(error), sides=None)
    months = [(f"{month}月", _of_month(sides["month"], year, month)) for month in range(1, 13)]
    orgs = sorted(sides["org"].rows, key=lambda row: -row.items)
    counts = [*(row.items for row in orgs), *(row.items for row in sides["channel"].rows), 0]
    before = partial(rows_address, last.question)
    return await _page(
        visit, year, before=before, sides=sides, total=sides["channel"].total, last=last.total,
        told=told,
        months=months, drawn=columns(months), wide=WIDE, high=HIGH, found_orgs=orgs[:_MOST_ORGS],
        more_orgs=len(orgs) - _MOST_ORGS, channels=COUNTED_AS, names=CHANNEL_NAMES,
        links={by: partial(rows_address, figures.question) for by, figures in sides.items()},
        bar=lambda number: length(number, max(counts), _BAR), accounts=accounts,
        alive={life: sum(one.life == life for one in accounts) for life in _LIVES}, lives=_LIVES,
        silent=silent, leads=leads,
    )  # fmt: skip


async def _figures(tx: Tx, visit: Visit, year: int, by: GroupBy) -> Figures:
    org = visit.query("org") or None
    question = Question(date(year, 1, 1), date(year, 12, 31), org, by)
    return await channel_figures(tx, question, at=visit.parts.now())


async def _accounts(tx: Tx, visit: Visit, today: date) -> tuple[AccountLife, ...]:
    """Give the accounts of the organ that is asked for, or of all that the visitor reaches."""
    org_ids = visit.who.orgs_for("read_statistics")
    org = await find_org_by_code(tx, visit.query("org")) if visit.query("org") else None
    if org is not None:
        org_ids &= await subtree_ids(tx, org.id)
    return await lives_of_accounts(tx, org_ids, today)


def _of_month(figures: Figures, year: int, month: int) -> int:
    return next((row.items for row in figures.rows if row.key == f"{year}-{month:02}"), 0)


async def _page(visit: Visit, year: int, **values: Any) -> web.Response:
    async with visit.parts.store.read() as tx:
        orgs = await list_orgs(tx, frozenset(org for _role, org in visit.who.reach))
    return visit.show(
        "overview.html", section="overview", year=year, orgs=orgs, org=visit.query("org"),
        trouble_heading="不能统计", **values,
    )  # fmt: skip


PAGES = (Page("GET", _PATH, show_overview, "read_statistics"),)
