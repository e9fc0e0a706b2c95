"""What the system itself can say of an organ's work in a year: shares and counts by an indicator's key."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from scheduler.deadlines import DISCLOSURE_WORKING_DAYS, NEWS_SILENCE
from server.core.days import day_of
from server.core.gates import WorkingDays
from server.core.likeness import REPEATS
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
_ELEMENTS: Final = ("topic", "genre", "formed_on", "overview")


@dataclass(frozen=True, slots=True)
class Measured:
    """A value, and in words what it was computed from."""

    value: Decimal
    basis: str


def share(part: int, whole: int, of: str) -> Measured | None:
    """Give a share in per cent to one decimal; None where there is nothing to take a share of."""
    if whole == 0:
        return None
    return Measured((Decimal(100 * part) / whole).quantize(Decimal("0.1")), f"{whole} {of}中的 {part}")


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
        await _counts(tx, ids, start, end),
        await _items(tx, ids, start, end, calendar),
        _interpretations(await list_obligations(tx, start, end, ids, limit=_MOST), ids),
        await _accounts(tx, ids, day_of(at)),
        await _filed(tx, ids, year, day_of(at)),
    ):
        for org_id, values in part.items():
            found[org_id].update(values)
    return found


Found = Mapping[str, Mapping[str, Measured | None]]


async def _counts(tx: Tx, ids: frozenset[str], start: date, end: date) -> Found:
    items: Counter[tuple[str, str]] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    channels: defaultdict[str, set[str]] = defaultdict(set)
    for one in await sum_of_organs(tx, ids, start, end):
        if one.channel != "item":
            channels[one.org_id] |= {one.channel} if one.line == "counted" and one.count else set()
            continue
        items[one.org_id, one.line] += one.count
        if one.line == "counted":
            kinds[one.org_id, one.kind] += one.count
    return {
        key: {
            "items": number(items[key, "counted"]),
            "withdrawn": share(items[key, "withdrawn"], items[key, "counted"], "条信息"),
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
        whole[one.org_id] += all(one.sheet.get(name) for name in _ELEMENTS)
        if one.kind != "policy" or not one.sheet.get("formed_on"):
            continue
        formed = date.fromisoformat(one.sheet["formed_on"])
        if formed not in due:
            due[formed] = calendar.add_working_days(formed, DISCLOSURE_WORKING_DAYS).day
        dated[one.org_id] += 1
        in_time[one.org_id] += one.day <= due[formed]
    return {
        key: {
            "elements": share(whole[key], seen[key], "条信息"),
            "in_time": share(in_time[key], dated[key], "件文件"),
        }
        for key in ids
    }


def _interpretations(obligations: tuple[ObligationSeen, ...], ids: frozenset[str]) -> Found:
    ours: defaultdict[str, list[ObligationSeen]] = defaultdict(list)
    for one in obligations:
        if one.obligation.waived_at is None:
            ours[one.obligation.org_id].append(one)
    found = {}
    for key in ids:
        met = [one for one in ours[key] if one.obligation.met_at is not None]
        in_time = sum(
            one.obligation.met_at is not None and day_of(one.obligation.met_at) <= one.obligation.due_on
            for one in met
        )
        own = sum((one.obligation.likeness or 0) < REPEATS for one in met)
        found[key] = {
            "interpreted": share(len(met), len(ours[key]), "件应解读文件"),
            "interpreted_in_time": share(in_time, len(ours[key]), "件应解读文件"),
            "linked": share(sum(one.is_linked for one in ours[key]), len(ours[key]), "件应解读文件"),
            "own_words": share(own, len(met), "件已解读文件"),
        }
    return found


async def _accounts(tx: Tx, ids: frozenset[str], today: date) -> Found:
    seen, fresh = Counter[str](), Counter[str]()
    for account in await list_accounts_heard(tx):
        if account.org_id not in ids or account.channel not in ("website", "weibo", "wechat"):
            continue
        seen[account.org_id] += 1
        heard = account.last_live_at
        fresh[account.org_id] += heard is not None and today - day_of(heard) <= NEWS_SILENCE
    return {key: {"accounts_in_use": share(fresh[key], seen[key], "个账号")} for key in ids}


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
