"""A year of an organ → its draft: what the ledger counts, what was entered, and last year's figure."""

from datetime import date, datetime

from server.core.problems import Problem
from server.report.amounts import Amount, read_cell
from server.report.check import check_form
from server.report.drafting.draft import Draft, compose
from server.report.drafting.given import Last, gather
from server.report.figures import Question, channel_figures
from server.report.finding import Finding
from server.report.forms.versions import form_of_year
from server.store.declared import list_declared
from server.store.orgs import OrgRow, find_org_by_code
from server.store.snapshots import list_snapshots
from server.store.tx import Tx


async def draft_of_year(tx: Tx, org_code: str, year: int, *, at: datetime) -> Draft:
    """Compose the draft of an organ with all below it; raises Problem for an unknown organ or year."""
    org = await find_org_by_code(tx, org_code)
    if org is None:
        raise Problem("unknown_org", f"没有代码为“{org_code}”的机构", field="org")
    form = form_of_year(year)
    if form is None:
        raise Problem("invalid", "2014 年以前没有全国统一的表，不能起草", field="year")
    figures = await channel_figures(tx, _question(org_code, year), at=at)
    kinds = await channel_figures(tx, _question(org_code, year, by_kind=True), at=at)
    last = await _last_year(tx, org, year - 1, at=at)
    declared = await list_declared(tx, org.id, year)
    return compose(org.name, year, gather(form, figures, kinds, declared, last))


async def faults_of(tx: Tx, org: OrgRow, draft: Draft, *, at: datetime) -> tuple[Finding, ...]:
    """Check a draft's cells with each other and with the year before; blank ones its page counts already."""
    last = None
    if form_of_year(draft.year - 1) is not None:
        last = (await draft_of_year(tx, org.code, draft.year - 1, at=at)).given.as_cells()
    found = check_form(draft.given.as_cells(), org.name, last)
    return tuple(one for one in found if one.rule != "blank_cell")


async def _last_year(tx: Tx, org: OrgRow, year: int, *, at: datetime) -> Last | None:
    """Give last year's items: from its newest snapshot, or else what was declared, or else the ledger."""
    snapshots = await list_snapshots(tx, org.id, year)
    if snapshots:
        newest = snapshots[-1]
        items, source = int(newest.figures["channel"]["items"]), f"{year} 年统计快照第 {newest.number} 号"
        return Last(items, source, snapshot=newest.number)
    for one in await list_declared(tx, org.id, year):
        cell = read_cell(one.value)
        if one.key == "items" and isinstance(cell, Amount):
            return Last(int(cell.value), f"{year} 年填报数字：{one.source}")
    figures = await channel_figures(tx, _question(org.code, year), at=at)
    if figures.total.items:
        return Last(figures.total.items, f"台账：{year} 年（没有快照）", is_counted=True)
    return None


def _question(org_code: str, year: int, *, by_kind: bool = False) -> Question:
    return Question(date(year, 1, 1), date(year, 12, 31), org_code, "kind" if by_kind else "channel")
