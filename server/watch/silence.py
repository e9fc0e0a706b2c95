"""Accounts and columns that are silent, and authorisations that end (国办秘函〔2019〕19号, RULES.md §7)."""

from datetime import date
from typing import Final

from channels.item import Site
from scheduler.deadlines import NEWS_SILENCE, NEWS_SILENCE_WARNING, POLICY_SILENCE_MONTHS, months_before
from server.core.days import day_of
from server.store.alerts import Alert
from server.store.tx import Tx
from server.store.watching import AccountHeard, last_days_of_columns, list_accounts_heard
from server.watch.permissions import permission_alert

_SOCIAL: Final = ("weibo", "wechat")
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
    last_days = await last_days_of_columns(tx)
    found = []
    for column in site.columns:
        key, name = f"column:{column.slug}", f"栏目“{column.name}”"
        last = last_days.get(column.slug)
        if last is None:
            found.append(Alert(key, "silence", "warn", f"{name}还没有内容：空栏目会被扣分"))
        elif any(word in column.type for word in _NEWS):
            alert = _silence(key, name, last, today, None)
            found += [alert] if alert else []
        elif any(word in column.type for word in _POLICY):
            alert = _long_silence(key, name, last, today)
            found += [alert] if alert else []
    return found


def _account_silence(account: AccountHeard, today: date) -> Alert | None:
    if account.channel not in _SOCIAL or account.state == "paused":
        return None
    last = day_of(account.last_live_at or account.created_at)
    return _silence(f"account:{account.id}", f"账号“{account.name}”", last, today, account.org_id)


def _silence(key: str, name: str, last: date, today: date, org_id: str | None) -> Alert | None:
    silent = today - last
    if silent < NEWS_SILENCE_WARNING:
        return None
    level, limit = ("alarm", "已达") if silent >= NEWS_SILENCE else ("warn", "将满")
    message = f"{name}已有{silent.days}天没有更新，{limit}{NEWS_SILENCE.days}天的上限"
    return Alert(key, "silence", "alarm" if level == "alarm" else "warn", message, org_id)


def _long_silence(key: str, name: str, last: date, today: date) -> Alert | None:
    if last > months_before(today, POLICY_SILENCE_MONTHS - 1):
        return None
    over = last <= months_before(today, POLICY_SILENCE_MONTHS)
    message = f"{name}自{last.year}年{last.month}月{last.day}日起没有更新，上限为{POLICY_SILENCE_MONTHS}个月"
    return Alert(key, "silence", "alarm" if over else "warn", message)
