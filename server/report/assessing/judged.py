"""The rows behind a share of an assessment: each with whether it earns, and why it does not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.deadlines import DISCLOSURE_WORKING_DAYS
from server.core.days import day_of, starts_at
from server.core.gates import WorkingDays
from server.core.problems import Problem
from server.report.assessing.rules import (
    is_asked,
    is_fresh,
    is_own_words,
    is_watched,
    met_in_time,
    missing_elements,
)
from server.store.assessment import stream_disclosed
from server.store.obligations import ObligationSeen, list_obligations
from server.store.orgs import OrgRow
from server.store.tx import Tx
from server.store.watching import list_accounts_heard

JUDGED = frozenset(
    {"elements", "in_time", "interpreted", "interpreted_in_time", "linked", "own_words", "accounts_in_use"}
)
"""The shares whose rows are no lines of the ledger."""

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Judged:
    """A row: an item, or an account (`item_id` None); `earns` says whether it is in the part."""

    item_id: str | None
    name: str
    day: date | None
    earns: bool
    why: str


async def judge(
    tx: Tx, org: OrgRow, year: int, key: str, calendar: WorkingDays, *, at: datetime
) -> tuple[Judged, ...]:
    """Give what a share of one organ is taken of, oldest first; raises Problem for no such share."""
    start, end = date(year, 1, 1), date(year, 12, 31)
    match key:
        case "elements":
            return await _elements(tx, org, start, end)
        case "in_time":
            return await _in_time(tx, org, start, end, calendar)
        case "accounts_in_use":
            return await _accounts(tx, org, min(day_of(at), end))
        case _ if key in JUDGED:
            found = await list_obligations(tx, start, end, frozenset((org.id,)), limit=_MOST)
            asked = (one for one in found if is_asked(one))
            return tuple(
                _interpretation(key, one)
                for one in asked
                if key != "own_words" or one.obligation.met_at is not None
            )
        case _:
            raise Problem("invalid", "没有这样的考核数据，请从考核表里进入", field="key")


async def _elements(tx: Tx, org: OrgRow, start: date, end: date) -> tuple[Judged, ...]:
    found = []
    async for one in stream_disclosed(tx, frozenset((org.id,)), start, end):
        lacks = missing_elements(one.sheet)
        why = "缺" + "、".join(lacks) if lacks else ""
        found.append(Judged(one.item_id, one.title, one.day, not lacks, why))
    return _in_order(found)


async def _in_time(tx: Tx, org: OrgRow, start: date, end: date, calendar: WorkingDays) -> tuple[Judged, ...]:
    found = []
    async for one in stream_disclosed(tx, frozenset((org.id,)), start, end):
        if one.kind != "policy" or not one.sheet.get("formed_on"):
            continue
        formed = date.fromisoformat(one.sheet["formed_on"])
        due = calendar.add_working_days(formed, DISCLOSURE_WORKING_DAYS).day
        why = f"{formed} 形成，应在 {due} 前公开"
        found.append(Judged(one.item_id, one.title, one.day, one.day <= due, why))
    return _in_order(found)


async def _accounts(tx: Tx, org: OrgRow, on: date) -> tuple[Judged, ...]:
    return tuple(
        Judged(
            None, one.name, None if one.last_live_at is None else day_of(one.last_live_at),
            is_fresh(one, on), "" if one.last_live_at else "从没有发布过",
        )
        for one in await list_accounts_heard(tx, until=starts_at(on + timedelta(1)))
        if one.org_id == org.id and is_watched(one)
    )  # fmt: skip


def _interpretation(key: str, seen: ObligationSeen) -> Judged:
    one = seen.obligation
    earns = {
        "interpreted": one.met_at is not None,
        "interpreted_in_time": met_in_time(seen),
        "linked": seen.is_linked,
        "own_words": is_own_words(seen),
    }[key]
    why = f"应在 {one.due_on} 前解读，" + (f"{day_of(one.met_at)} 解读" if one.met_at else "没有解读")
    if key == "own_words":
        why = f"与原文重复 {one.likeness or 0}%"
    if key == "linked":
        why = "与解读互相链接" if seen.is_linked else "没有与解读互相链接"
    return Judged(one.source_id, seen.title, one.live_on, earns, why)


def _in_order(found: list[Judged]) -> tuple[Judged, ...]:
    return tuple(sorted(found, key=lambda one: (one.day or date.min, one.item_id or "")))
