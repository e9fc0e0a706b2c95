"""Which organ and year a page is about: as the form says, or the address, or else the visitor's own, now."""

from datetime import date

from scheduler.deadlines import report_day
from server.console.page import Visit
from server.core.days import day_of
from server.core.organs import get_org
from server.core.problems import Problem
from server.store.orgs import OrgRow, list_orgs
from server.store.tx import Tx


def asked_year(visit: Visit) -> int:
    """Give the year, the running one without a question; raises Problem."""
    return _year(visit, today_of(visit).year)


def reported_year(visit: Visit) -> int:
    """Give the year of a report: without a question last year's, until the office's report must be public.

    From New Year's Day until 31 March (条例 Art. 49) that is the one everybody works on. Raises Problem.
    """
    today = today_of(visit)
    last = today.year - 1
    return _year(visit, last if today <= report_day(last, "government") else today.year)


def _year(visit: Visit, usual: int) -> int:
    text = asked(visit, "year") or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 1990 <= int(text) <= 2100):
        raise Problem("invalid", "年度应在 1990 到 2100 之间", field="year")
    return int(text)


async def asked_org(tx: Tx, visit: Visit) -> OrgRow:
    """Give the organ, the visitor's topmost one without a question; raises Problem."""
    code = asked(visit, "org")
    if code:
        return await get_org(tx, code[:18], field="org")
    reached = visit.who.orgs_for("read_statistics")
    orgs = await list_orgs(tx, reached)
    return next(one for one in orgs if one.parent_id not in reached)


def asked(visit: Visit, name: str) -> str:
    """Give a value of the form, or else of the address."""
    return visit.fields.get(name) or visit.query(name)


def today_of(visit: Visit) -> date:
    """Give the day in Beijing."""
    return day_of(visit.parts.now())
