"""Who has not submitted a year's figures: until when it should have, and calling upon it (催报)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from scheduler.deadlines import report_limit
from scheduler.workdays import Calendar
from server.core.acts import note
from server.core.days import day_of
from server.core.problems import Problem
from server.report.sheets import Value
from server.store.audit import Subject
from server.store.orgs import OrgRow, subtree_ids
from server.store.reminders import Silent, insert_reminders, list_silent
from server.store.tx import Tx

_HEAD: Final = ("机构代码", "机构", "年度", "最迟报送日", "超过天数", "退回原因", "最近催报", "催报次数")


@dataclass(frozen=True, slots=True)
class Late:
    """An organ that has not submitted. `days_over` is negative while there is time."""

    silent: Silent
    due_on: date
    days_over: int

    @property
    def term(self) -> str:
        """Say how late it is."""
        if self.days_over > 0:
            return f"超过 {self.days_over} 天"
        return "今天到期" if self.days_over == 0 else f"还有 {-self.days_over} 天"


async def list_late(tx: Tx, org: OrgRow, year: int, calendar: Calendar, today: date) -> tuple[Late, ...]:
    """Give the organs below one that have not submitted, the latest first.

    The law knows no day for figures: they are wanted by the last working day before the organ's own report
    must be public (条例 Art. 49).
    """
    found = await list_silent(tx, year, await subtree_ids(tx, org.id) - {org.id})
    late = []
    for one in found:
        due = report_limit(
            year, "department" if one.parent_id else "government", calendar
        ).last_working_day.day
        late.append(Late(one, due, (today - due).days))
    return tuple(sorted(late, key=lambda one: (-one.days_over, one.silent.org_code)))


async def remind(
    tx: Tx,
    org: OrgRow,
    year: int,
    codes: Collection[str] | None,
    calendar: Calendar,
    *,
    by: str | None,
    at: datetime,
) -> tuple[Late, ...]:
    """Call upon those below an organ that have not submitted, or on some of them; give whom.

    Each gets one matter on its page of work and one reminder a day (`watch/terms.py`). Raises Problem for one
    that has submitted or does not stand below, and for a year that has not ended.
    """
    today = day_of(at)
    if year >= today.year:
        raise Problem("invalid", f"{year}年还没有结束，不能催报", field="year")
    late = await list_late(tx, org, year, calendar, today)
    if codes is not None:
        unknown = sorted(set(codes) - {one.silent.org_code for one in late})
        if unknown:
            told = "、".join(unknown[:5])
            raise Problem("invalid", f"这些机构已经报送，或者不是{org.name}的下级：{told}", field="orgs")
        late = tuple(one for one in late if one.silent.org_code in codes)
    # Whoever was called upon today already is not noted again.
    fresh = [one for one in late if one.silent.reminded_on != today]
    await insert_reminders(tx, (one.silent.org_id for one in fresh), year, today, by)
    for one in fresh:
        await note(tx, "report.remind", Subject(org_id=one.silent.org_id), at=at, year=year)
    return late


def late_table(late: tuple[Late, ...]) -> list[list[Value]]:
    """Give the list as a table."""
    rows: list[list[Value]] = [list(_HEAD)]
    for one in late:
        seen = one.silent
        told = seen.reminded_on.isoformat() if seen.reminded_on else None
        rows.append(
            [
                seen.org_code, seen.org_name, seen.year, one.due_on.isoformat(), max(one.days_over, 0),
                seen.reason, told, seen.reminders,
            ]
        )  # fmt: skip
    return rows
