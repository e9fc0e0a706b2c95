"""Terms of the law that come near or have passed: interpretation, disclosure, the yearly report."""

from datetime import date, timedelta
from typing import Final

from channels.item import Site
from scheduler.deadlines import disclosure_due, report_limit
from scheduler.workdays import Calendar
from server.store.alerts import Alert
from server.store.filings import list_pending
from server.store.month_drafts import list_drafts_of_month
from server.store.obligations import list_obligations_due
from server.store.reminders import list_reminded
from server.store.tx import Tx
from server.store.watching import list_org_tree, list_orgs_that_showed, list_unreleased

_MOST: Final = 500
_REPORT_WARNING: Final = timedelta(days=30)
_REPORT_ALARM: Final = timedelta(days=7)
_MONTH_REMINDER: Final = 10  # the day of the month until which its draft is called to mind
_DISCLOSURE_WARNING: Final = timedelta(days=5)


async def interpretations_due(tx: Tx, calendar: Calendar, today: date) -> list[Alert]:
    """Give the documents whose interpretation is due by the next working day, or overdue."""
    found = []
    for seen in await list_obligations_due(tx, calendar.add_working_days(today, 1).day, _MOST):
        one = seen.obligation
        over = one.due_on < today
        when = f"{one.due_on.month}月{one.due_on.day}日" + ("（暂定）" if one.is_provisional else "")
        draft = "" if seen.interpretations else "，还没有解读稿"
        verb = "已逾期" if over else "即将到期"
        message = f"《{seen.title}》的解读{verb}：应在{when}前上线{draft}"
        key = f"interpretation:{one.source_id}"
        found.append(
            Alert(key, "interpretation", "alarm" if over else "warn", message, one.org_id, one.source_id)
        )
    return found


async def disclosures_due(tx: Tx, calendar: Calendar, today: date) -> list[Alert]:
    """Give what was formed so long ago that its 20 working days end soon or have ended (条例 Art. 26)."""
    found = []
    for one in await list_unreleased(tx, limit=_MOST):
        due = disclosure_due(one.formed_on, calendar)
        if due.day - today > _DISCLOSURE_WARNING:
            continue
        over = due.day < today
        when = f"{due.day.month}月{due.day.day}日" + ("（暂定）" if due.provisional else "")
        message = (
            f"《{one.title}》{'已超过' if over else '即将超过'}20个工作日的公开期限（{when}），还没有发布"
        )
        key = f"disclosure:{one.item_id}"
        found.append(Alert(key, "disclosure", "alarm" if over else "warn", message, one.org_id, one.item_id))
    return found


async def reports_due(tx: Tx, site: Site, calendar: Calendar, today: date) -> list[Alert]:
    """Give the organs whose yearly report is not public while its limit comes near (条例 Art. 49)."""
    columns = frozenset(slug for one in site.columns if "年报" in one.type for slug in one.slugs)
    if not columns:
        return []
    done = await list_orgs_that_showed(tx, columns, date(today.year, 1, 1), today)
    found = []
    for org_id, name, parent in await list_org_tree(tx):
        limit = report_limit(today.year - 1, "department" if parent else "government", calendar)
        last = limit.last_working_day.day
        if org_id in done or last - today > _REPORT_WARNING:
            continue
        # An organ that has published no report by the year's middle will not be reminded of it for ever.
        if today - limit.limit > timedelta(days=180):
            continue
        message = (
            f"{name}{today.year - 1}年度政府信息公开工作年度报告还没有发布："
            f"{limit.limit.month}月{limit.limit.day}日前，最后一个工作日是{last.month}月{last.day}日"
        )
        level = "alarm" if last - today <= _REPORT_ALARM else "warn"
        found.append(
            Alert(
                f"report:{today.year}:{org_id}",
                "report",
                "alarm" if level == "alarm" else "warn",
                message,
                org_id,
            )
        )
    return found


async def filings_called_for(tx: Tx, today: date) -> list[Alert]:
    """Give the organs that were called upon for a year's figures and have not submitted them since."""
    return [
        Alert(
            # With the day: whoever is called upon again is told again.
            f"filing:{one.year}:{one.org_id}:{one.reminded_on}", "report", "alarm",
            f"请报送{one.org_name}{one.year}年度的公开数字：上级已催报{one.reminders}次"
            + (f"；上次退回的原因是“{one.reason}”" if one.reason else ""),
            one.org_id,
        )
        for one in await list_reminded(tx, today.year - 2, _MOST)
    ]  # fmt: skip


async def filings_pending(tx: Tx, today: date) -> list[Alert]:
    """Give the years' figures that wait: sent back, for who reported them; submitted, for who takes them."""
    called_for = {(one.year, one.org_id) for one in await list_reminded(tx, today.year - 2, _MOST)}
    found = []
    for year, one in await list_pending(tx, today.year - 2, _MOST):
        # With the moment: whoever has one sent back again is told again.
        key = f"pending:{year}:{one.org_id}:{one.changed_at:%Y%m%d%H%M%S}"
        whose = f"{one.org_name}{year}年度的公开数字"
        if one.state == "submitted":
            told = f"{whose}已报送，等待接收或退回"
            found.append(Alert(key, "report", "warn", told, one.parent_id or one.org_id))
        elif (year, one.org_id) not in called_for:  # which says the reason, too
            told = f"{whose}被退回：“{one.reason}”，请改正后重新报送"
            found.append(Alert(key, "report", "alarm", told, one.org_id))
    return found


def calendars_missing(calendar: Calendar, today: date) -> list[Alert]:
    """Say which years have no arrangement of holidays although it should be out by now."""
    return [
        Alert(
            f"calendar:{year}",
            "calendar",
            "alarm" if year == today.year or today.month == 12 else "warn",
            f"{year}年的放假安排还没有导入，期限按周一至周五暂定计算；"
            "国务院通知公布后请在后台“工作日历”里导入",
        )
        for year in calendar.unknown_years(today)
    ]


async def months_drafted(tx: Tx, today: date) -> list[Alert]:
    """Give the drafts of last month's report, in the first days of a month: somebody is to look at them."""
    if today.day > _MONTH_REMINDER:
        return []
    month = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    return [
        Alert(
            f"month:{month}:{one.org_id}", "report", "warn",
            f"{one.org_name}{month[:4]}年{int(month[5:])}月公开情况的草稿已生成"
            f"（主动公开{one.figures['items']}条），请核对",
            one.org_id,
        )
        for one in await list_drafts_of_month(tx, month, _MOST)
    ]  # fmt: skip
