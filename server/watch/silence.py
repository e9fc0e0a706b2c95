"""Accounts and columns that are silent, and authorisations that end (国办秘函〔2019〕19号, RULES.md §7)."""

from datetime import date, timedelta
from typing import Final

from channels.item import Column, Site
from scheduler.deadlines import NEWS_SILENCE, NEWS_SILENCE_WARNING, POLICY_SILENCE_MONTHS, months_before
from server.core.days import day_of
from server.store.alerts import Alert
from server.store.site_columns import list_columns
from server.store.tx import Tx
from server.store.watching import AccountHeard, last_days_of_columns, list_accounts_heard
from server.store.words import SOCIAL
from server.watch.permissions import permission_alert

_NEWS: Final = ("动态", "要闻", "新闻")
_POLICY: Final = ("通知", "公告", "政策", "文件")


async def silent_accounts(tx: Tx, today: date) -> list[Alert]:
    """Give the accounts that are silent, have lost their authorisation, or soon will."""
    return [
        alert
        for account in await list_accounts_heard(tx)
        for alert in (permission_alert(account, today), _account_silence(account, today))
        if alert is not None
    ]


async def silent_columns(tx: Tx, site: Site, today: date) -> list[Alert]:
    """Give the columns of news silent for days, those of policy silent for months, and empty ones."""
    last_days, rows = await last_days_of_columns(tx), {row.slug: row for row in await list_columns(tx)}
    found = []
    for column in site.columns:
        if not column.is_open:
            continue
        row = rows.get(column.slug)
        shown = (column, *site.below(column.slug))
        days = [last_days[slug] for one in shown for slug in one.slugs if slug in last_days]
        alert = _column_silence(
            column, max(days, default=None), today,
            own_days=row.silent_days if row else None, org_id=row.org_id if row else None,
        )  # fmt: skip
        found += [alert] if alert else []
    return found


def _column_silence(
    column: Column, last: date | None, today: date, *, own_days: int | None, org_id: str | None
) -> Alert | None:
    """Give what is wrong with a column; `own_days` of the office go before what its type demands."""
    key, name = f"column:{column.slug}", f"栏目“{column.name}”"
    if last is None:
        return Alert(key, "silence", "warn", f"{name}还没有内容：空栏目会被扣分", org_id)
    if own_days is not None:
        return _silence(key, name, last, today, org_id, limit=timedelta(days=own_days))
    if any(word in column.type for word in _NEWS):
        return _silence(key, name, last, today, org_id)
    if any(word in column.type for word in _POLICY):
        return _long_silence(key, name, last, today, org_id)
    return None


def _account_silence(account: AccountHeard, today: date) -> Alert | None:
    if account.channel not in SOCIAL or account.state == "paused":
        return None
    last = day_of(account.last_live_at or account.created_at)
    return _silence(f"account:{account.id}", f"账号“{account.name}”", last, today, account.org_id)


def _silence(
    key: str, name: str, last: date, today: date, org_id: str | None, *, limit: timedelta = NEWS_SILENCE
) -> Alert | None:
    """Warn as long before the limit as with news, but never before half of it."""
    silent = today - last
    if silent < max(limit - (NEWS_SILENCE - NEWS_SILENCE_WARNING), limit / 2):
        return None
    over = silent >= limit
    message = f"{name}已有{silent.days}天没有更新，{'已达' if over else '将满'}{limit.days}天的上限"
    return Alert(key, "silence", "alarm" if over else "warn", message, org_id)


def _long_silence(key: str, name: str, last: date, today: date, org_id: str | None) -> Alert | None:
    if last > months_before(today, POLICY_SILENCE_MONTHS - 1):
        return None
    over = last <= months_before(today, POLICY_SILENCE_MONTHS)
    message = f"{name}自{last.year}年{last.month}月{last.day}日起没有更新，上限为{POLICY_SILENCE_MONTHS}个月"
    return Alert(key, "silence", "alarm" if over else "warn", message, org_id)
