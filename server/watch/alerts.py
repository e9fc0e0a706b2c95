"""What somebody should look at, asked of the database anew each time; each rule is a function beside it.

The rules say what stands now. What stands is written down once, told once for each level, and cleared when
no rule names it any more.
"""

from datetime import datetime, timedelta
from typing import Final

from channels.item import Site
from server.core.calendar import load_calendar
from server.core.days import day_of
from server.store.alerts import Alert, clear_alerts, list_alerts, raise_alerts
from server.store.jobs import list_jobs
from server.store.links import list_wrong_links
from server.store.page_checks import list_wrong_pages
from server.store.tx import Store, Tx
from server.store.watching import list_orphans
from server.watch.archive import archive_flagged
from server.watch.emergencies import emergencies_due
from server.watch.machine import Machine, backup_late, machine_alerts, tokens_ending
from server.watch.overdue import overdue_alert
from server.watch.planned import planned_flagged
from server.watch.silence import silent_accounts, silent_columns
from server.watch.takedowns import takedowns_due
from server.watch.terms import (
    calendars_missing,
    disclosures_due,
    filings_called_for,
    filings_pending,
    interpretations_due,
    months_drafted,
    reports_due,
)

MOST: Final = 5000
_LINK_GRACE: Final = timedelta(minutes=10)
_FAILURES: Final = 3


async def watch(
    store: Store,
    site: Site,
    *,
    at: datetime,
    machine: Machine = Machine(),  # noqa: B008 -- frozen
    basis: str = "",
    backup_days: int = 0,
) -> int:
    """Ask every rule and write down what stands; say how many matters were raised, changed or cleared.

    `basis` says where the office has its terms of takedowns from, `backup_days` how old the last backup may
    be; 0: as old as it will.
    """
    async with store.read() as tx:
        asked = [
            *machine_alerts(machine, at=at),
            *await backup_late(tx, backup_days, at=at),
            *await tokens_ending(tx, at=at),
            *await _ask(tx, site, at, basis),
        ]
        standing = {one.key: one for one in asked[:MOST]}
        known = {seen.alert.key: seen.alert for seen in await list_alerts(tx, limit=MOST)}
    news = [one for key, one in standing.items() if known.get(key) != one]
    gone = known.keys() - standing.keys()
    if not news and not gone:
        return 0

    async def act(tx: Tx) -> None:
        await raise_alerts(tx, news, at=at)
        await clear_alerts(tx, gone, at=at)

    await store.write(act)
    return len(news) + len(gone)


async def _ask(tx: Tx, site: Site, at: datetime, basis: str) -> list[Alert]:
    calendar, today = await load_calendar(tx), day_of(at)
    return [
        *await overdue_alert(tx, at=at),
        *await interpretations_due(tx, calendar, today),
        *await disclosures_due(tx, calendar, today),
        *await reports_due(tx, site, calendar, today),
        *await months_drafted(tx, today),
        *await filings_called_for(tx, today),
        *await filings_pending(tx, today),
        *calendars_missing(calendar, today),
        *await silent_accounts(tx, today),
        *await silent_columns(tx, site, today),
        *await _orphans(tx),
        *await _wrong_links(tx, at),
        *await _wrong_pages(tx, at),
        *await _failing_jobs(tx),
        *await emergencies_due(tx, at),
        *await takedowns_due(tx, at, basis),
        *await archive_flagged(tx),
        *await planned_flagged(tx),
    ]


async def _orphans(tx: Tx) -> list[Alert]:
    """Live interpretations of withdrawn documents: a person decides (invariant 8)."""
    return [
        Alert(
            f"orphan:{interpretation}:{source}",
            "orphan",
            "alarm",
            f"文件《{title}》已撤回，它的解读仍在线上，请决定是否一并撤回",
            org_id,
            interpretation,
        )
        for interpretation, source, org_id, title in await list_orphans(tx, limit=500)
    ]


async def _wrong_links(tx: Tx, at: datetime) -> list[Alert]:
    return [
        Alert(
            f"link:{one.interpretation_id}:{one.source_id}", "link", "alarm",
            f"文件与解读没有双向关联：{one.trouble}", one.org_id, one.source_id,
        )
        for one in await list_wrong_links(tx, since=at - _LINK_GRACE, limit=500)
    ]  # fmt: skip


async def _wrong_pages(tx: Tx, at: datetime) -> list[Alert]:
    return [
        Alert(f"page:{one.item_id}", "link", "alarm", one.trouble, one.org_id, one.item_id)
        for one in await list_wrong_pages(tx, since=at - _LINK_GRACE, limit=500)
    ]


async def _failing_jobs(tx: Tx) -> list[Alert]:
    return [
        Alert(f"job:{row.name}", "job", "alarm", f"定时任务 {row.name} 连续失败{row.failures}次：{row.note}")
        for row in (await list_jobs(tx)).values()
        if row.failures >= _FAILURES
    ]
