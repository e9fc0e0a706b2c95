"""What the system itself can say of an organ's work in a year: shares and counts by an indicator's key."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from scheduler.deadlines import DISCLOSURE_WORKING_DAYS
from server.core.days import day_of, starts_at
from server.core.gates import WorkingDays
from server.report.assessing.rules import (
    OF,
    is_asked,
    is_fresh,
    is_own_words,
    is_watched,
    is_whole,
    met_in_time,
)
from server.store.assessment import stream_disclosed, sum_of_organs
from server.store.filings import list_filings
from server.store.obligations import ObligationSeen, list_obligations
from server.store.orgs import OrgRow
from server.store.tx import Tx
from server.store.watching import list_accounts_heard

MEASURES: Final = frozenset(
    {
        "accounts_in_use", "report_filed",
        "items", "channels", "policies", "in_time", "elements", "withdrawn",
        "interpreted", "interpreted_in_time", "linked", "own_words", "responses",
    }
)  # fmt: skip
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A value, and in words what it was computed from; `part` of `whole` where it is a share."""

    value: Decimal
    basis: str
    part: int = 0
    whole: int = 0


def share(part: int, whole: int, of: str) -> Measured | None:
    """Give a share in per cent to one decimal; None where there is nothing to take a share of."""
    if whole == 0:
        return None
    value = (Decimal(100 * part) / whole).quantize(Decimal("0.1"))
    return Measured(value, f"{whole} {of}中的 {part}", part, whole)


def number(count: int) -> Measured:
    """Give a count."""
    return Measured(Decimal(count), "台账")


async def measure(
    tx: Tx, organs: tuple[OrgRow, ...], year: int, calendar: WorkingDays, *, at: datetime
) -> dict[str, dict[str, Measured | None]]:
    """Measure organs over a year: by organ's id, by key; None where there was nothing to measure."""
    ids, start, end = frozenset(one.id for one in organs), date(year, 1, 1), date(year, 12, 31)
    found: dict[str, dict[str, Measured | None]] = {key: dict.fromkeys(MEASURES) for key in ids}
    for part in (
        await _counts(tx, ids, year),
        await _items(tx, ids, start, end, calendar),
        _interpretations(await list_obligations(tx, start, end, ids, limit=_MOST), ids),
        await _accounts(tx, ids, min(day_of(at), end)),
        await _filed(tx, ids, year, day_of(at)),
    ):
        for org_id, values in part.items():
            found[org_id].update(values)
    return found


Found = Mapping[str, Mapping[str, Measured | None]]


async def _counts(tx: Tx, ids: frozenset[str], year: int) -> Found:
    items: Counter[tuple[str, str]] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    channels: defaultdict[str, set[str]] = defaultdict(set)
    for one in await sum_of_organs(tx, ids, year):
        if one.channel != "item":
            channels[one.org_id] |= {one.channel} if one.line == "counted" and one.count else set()
            continue
        items[one.org_id, one.line] += one.count
        if one.line == "counted":
            kinds[one.org_id, one.kind] += one.count
    return {
        key: {
            "items": number(items[key, "counted"]),
            "withdrawn": share(items[key, "withdrawn"], items[key, "counted"], OF["withdrawn"]),
            "channels": number(len(channels[key])),
            "policies": number(kinds[key, "policy"]),
            "responses": number(kinds[key, "response"]),
        }
        for key in ids
    }


async def _items(tx: Tx, ids: frozenset[str], start: date, end: date, calendar: WorkingDays) -> Found:
    """Measure how items came out: 条例 Art. 26 gives twenty working days from the day of formation."""
    seen, whole, dated, in_time = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    due: dict[date, date] = {}
    async for one in stream_disclosed(tx, ids, start, end):
        seen[one.org_id] += 1
        whole[one.org_id] += is_whole(one.sheet)
        if one.kind != "policy" or not one.sheet.get("formed_on"):
            continue
        formed = date.fromisoformat(one.sheet["formed_on"])
        if formed not in due:
            due[formed] = calendar.add_working_days(formed, DISCLOSURE_WORKING_DAYS).day
        dated[one.org_id] += 1
        in_time[one.org_id] += one.day <= due[formed]
    return {
        key: {
            "elements": share(whole[key], seen[key], OF["elements"]),
            "in_time": share(in_time[key], dated[key], OF["in_time"]),
        }
        for key in ids
    }


def _interpretations(obligations: tuple[ObligationSeen, ...], ids: frozenset[str]) -> Found:
    ours: defaultdict[str, list[ObligationSeen]] = defaultdict(list)
    for one in obligations:
        if is_asked(one):
            ours[one.obligation.org_id].append(one)
    found = {}
    for key in ids:
        asked = ours[key]
        met = [one for one in asked if one.obligation.met_at is not None]
        found[key] = {
            "interpreted": share(len(met), len(asked), OF["interpreted"]),
            "interpreted_in_time": share(sum(map(met_in_time, asked)), len(asked), OF["interpreted_in_time"]),
            "linked": share(sum(one.is_linked for one in asked), len(asked), OF["linked"]),
            "own_words": share(sum(map(is_own_words, met)), len(met), OF["own_words"]),
        }
    return found


async def _accounts(tx: Tx, ids: frozenset[str], on: date) -> Found:
    """Measure which accounts were in use on a day: of a year that has ended, its last one."""
    seen, fresh = Counter[str](), Counter[str]()
    for account in await list_accounts_heard(tx, until=starts_at(on + timedelta(1))):
        if account.org_id in ids and is_watched(account):
            seen[account.org_id] += 1
            fresh[account.org_id] += is_fresh(account, on)
    return {key: {"accounts_in_use": share(fresh[key], seen[key], OF["accounts_in_use"])} for key in ids}


async def _filed(tx: Tx, ids: frozenset[str], year: int, today: date) -> Found:
    """Measure the filing of the year: before its limit (31 January) nobody is late."""
    is_over = today > date(year + 1, 1, 31)
    found: dict[str, dict[str, Measured | None]] = {}
    for one in await list_filings(tx, ids, year):
        if one.state != "draft":
            found[one.org_id] = {"report_filed": Measured(Decimal(100), "已报送")}
        else:
            found[one.org_id] = {"report_filed": Measured(Decimal(0), "没有报送") if is_over else None}
    return found
