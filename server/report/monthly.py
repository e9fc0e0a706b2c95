"""The month of an organ → the draft of its report: what the ledger counted, beside the month before."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any, Final

from server.core.acts import note
from server.core.days import day_of
from server.core.problems import Problem
from server.report.figures import CHANNEL_NAMES, Question, channel_figures
from server.store.audit import Subject
from server.store.month_drafts import MonthDraft, insert_month_draft, list_month_drafts, list_undrafted
from server.store.orgs import OrgRow
from server.store.tx import Store, Tx

_MOST: Final = 1_000


async def draft_last_month(store: Store, *, at: datetime) -> int:
    """Draft the month before this one for every organ that has no draft of it; say for how many.

    Harmless however often it is done: a draft that is there stays as it is.
    """
    month = month_before(day_of(at))
    async with store.read() as tx:
        missing = await list_undrafted(tx, month, _MOST)
    drafted = 0
    for org_id, code in missing:
        async with store.read() as tx:
            figures = await figures_of_month(tx, code, month, at=at)
        async with store.begin() as tx:
            drafted += await insert_month_draft(tx, org_id, month, figures, at=at)
    return drafted


async def draft_month(tx: Tx, org: OrgRow, month: str, *, at: datetime) -> MonthDraft:
    """Draft a month of an organ, or give the draft there is.

    Refuses a month that has not ended, and an organ in practice, which is counted nowhere.
    """
    if org.practice_since is not None:
        raise Problem("practice", f"{org.name}正在演练，没有各月草稿：请先结束演练", field="org")
    if month > month_before(day_of(at)):
        raise Problem("invalid", f"{month} 还没有结束，不能起草", field="month")
    figures = await figures_of_month(tx, org.code, month, at=at)
    if await insert_month_draft(tx, org.id, month, figures, at=at):
        await note(tx, "report.month", Subject(org_id=org.id), at=at, month=month)
    (made,) = (one for one in await list_month_drafts(tx, org.id, int(month[:4])) if one.month == month)
    return made


async def figures_of_month(tx: Tx, org_code: str, month: str, *, at: datetime) -> dict[str, Any]:
    """Give the figures of an organ with all below it, as JSON; `before` is the items of the month before."""
    first = date.fromisoformat(f"{month}-01")
    told = (await channel_figures(tx, question_of(org_code, month), at=at)).as_json()
    before = question_of(org_code, month_before(first))
    return {**told, "before": (await channel_figures(tx, before, at=at)).total.items}


def question_of(org_code: str, month: str) -> Question:
    """Give what is counted for a month."""
    first = date.fromisoformat(f"{month}-01")
    return Question(first, first.replace(day=monthrange(first.year, first.month)[1]), org_code)


def month_before(day: date) -> str:
    """Give the month before that of a day: 2026-10."""
    return (day.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def say_month(draft: MonthDraft) -> str:
    """Say a month in a paragraph that an office can put into its report."""
    year, month = draft.month.split("-")
    told = draft.figures
    items, before = told["items"], told["before"]
    parts = "，".join(
        f"{name}{told['deliveries'][key]}条"
        for key, name in CHANNEL_NAMES.items()
        if told["deliveries"].get(key)
    )
    change = f"比上月增加{items - before}条" if items > before else f"比上月减少{before - items}条"
    text = f"{year}年{int(month)}月，{draft.org_name}主动公开政府信息{items}条"
    text += "（同一条信息在几个渠道公开只计一次），"
    text += "与上月持平。" if items == before else f"{change}。"
    text += f"按渠道分别计：{parts}。" if parts else ""
    withdrawn = told["withdrawn"]["items"]
    return text + (f"本月撤回{withdrawn}条，另列，不从上述条数中减去。" if withdrawn else "")
