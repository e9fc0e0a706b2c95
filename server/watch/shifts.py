"""Which open terms a notice of days off moves, told before it is taken over.

The notice is imported and undone, so what is told cannot differ from what would happen.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

from scheduler.deadlines import Organ, disclosure_due, interpretation_due, report_limit
from scheduler.notices import Notice
from scheduler.workdays import Calendar, DueDay
from server.core.calendar import import_notice, load_calendar
from server.core.days import day_of
from server.core.follow import find_term
from server.store.calendars import CalendarNotice, Layer
from server.store.followups import list_counted_releases
from server.store.items import get_item, list_released
from server.store.obligations import list_open_obligations
from server.store.releases import get_release
from server.store.tx import Store, Tx
from server.store.watching import list_unreleased

Kind = Literal["obligation", "follow", "disclosure", "report"]
KIND_NAMES: Final[Mapping[Kind, str]] = {
    "obligation": "解读期限",
    "follow": "解读发布时间",
    "disclosure": "公开期限",
    "report": "年报最后一个工作日",
}
MOST: Final = 200
"""So many are named; all of them are counted."""

_AT_ONCE: Final = 200
_UNRELEASED: Final = 2000
_ORGANS: Final[Mapping[Organ, str]] = {"department": "部门", "government": "政府"}


@dataclass(frozen=True, slots=True)
class Term:
    """When something falls due: the day, for an interpretation the moment as well."""

    day: date
    is_provisional: bool
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """One term that moves. `item_id` None: the yearly report, which has no item yet."""

    kind: Kind
    before: Term
    after: Term
    org_id: str | None = None
    item_id: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import changes: days worked or not, and terms; `settled` ones stay, provisional no more."""

    made: CalendarNotice
    days: tuple[tuple[date, bool], ...]
    shifts: tuple[Shift, ...]
    moved: int
    settled: int
    unchanged: int


class _Undo(Exception):
    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self.outlook = outlook


async def foresee(store: Store, notice: Notice, layer: Layer, *, source: str, at: datetime) -> Outlook:
    """Tell what the import of a notice would change; changes nothing. The soonest terms come first."""
    try:
        async with store.begin() as tx:
            before = await load_calendar(tx)
            made = await import_notice(tx, notice, layer, source=source, by=None, at=at)
            after = await load_calendar(tx)
            raise _Undo(await _compare(tx, made, before, after, at=at))
    except _Undo as undone:
        return undone.outlook


async def _compare(
    tx: Tx, made: CalendarNotice, before: Calendar, after: Calendar, *, at: datetime
) -> Outlook:
    found, settled, unchanged = list[Shift](), 0, 0
    async for shift in _terms(tx, before, after, at=at):
        if (shift.before.day, shift.before.at) != (shift.after.day, shift.after.at):
            found.append(shift)
        elif shift.before.is_provisional and not shift.after.is_provisional:
            settled += 1
        else:
            unchanged += 1
    found.sort(key=lambda one: (min(one.before.day, one.after.day), one.kind, one.item_id or ""))
    shown = tuple([await _named(tx, one) for one in found[:MOST]])
    days = tuple(
        (day, after.is_working_day(day))
        for day in sorted(set(before.overlay) | set(after.overlay) | set(_changed_years(before, after)))
        if before.is_working_day(day) != after.is_working_day(day)
    )
    return Outlook(made, days, shown, len(found), settled, unchanged)


async def _named(tx: Tx, shift: Shift) -> Shift:
    if shift.title or shift.item_id is None:
        return shift
    return replace(shift, title=(await get_item(tx, shift.item_id)).revision.title)


def _changed_years(before: Calendar, after: Calendar) -> Iterator[date]:
    """Give what the package says of years that it is no longer asked about."""
    for year in after.settled - before.settled:
        yield from (day for day, _worked in before.exceptions_of(year))


async def _terms(tx: Tx, before: Calendar, after: Calendar, *, at: datetime) -> AsyncIterator[Shift]:
    for reader in (_obligations, _follows, _disclosures, _reports):
        async for shift in reader(tx, before, after, at):
            yield shift


def _term(due: DueDay) -> Term:
    return Term(due.day, due.provisional)


async def _obligations(tx: Tx, before: Calendar, after: Calendar, _at: datetime) -> AsyncIterator[Shift]:
    last = ""
    while rows := await list_open_obligations(tx, last, _AT_ONCE):
        for row in rows:
            old, new = (_term(interpretation_due(row.live_on, calendar)) for calendar in (before, after))
            yield Shift("obligation", old, new, row.org_id, row.source_id)
        last = rows[-1].source_id


async def _follows(tx: Tx, before: Calendar, after: Calendar, at: datetime) -> AsyncIterator[Shift]:
    last = ""
    while ids := await list_counted_releases(tx, last, _AT_ONCE):
        for release_id, seen in (await list_released(tx, frozenset(ids))).items():
            terms = [
                await _follow_term(tx, release_id, seen.id, calendar, at) for calendar in (before, after)
            ]
            old, new = terms
            if old is not None and new is not None:
                yield Shift("follow", old, new, seen.org.id, seen.id)
        last = ids[-1]


async def _follow_term(
    tx: Tx, release_id: str, item_id: str, calendar: Calendar, at: datetime
) -> Term | None:
    found = await find_term(tx, item_id, calendar, at=at)
    if found is None:
        return None
    row = await get_release(tx, release_id)
    due = max(found[0], row.not_before or found[0])
    return Term(day_of(due), found[1], due)


async def _disclosures(tx: Tx, before: Calendar, after: Calendar, _at: datetime) -> AsyncIterator[Shift]:
    for one in await list_unreleased(tx, limit=_UNRELEASED):
        old, new = (_term(disclosure_due(one.formed_on, calendar)) for calendar in (before, after))
        yield Shift("disclosure", old, new, one.org_id, one.item_id, one.title)


async def _reports(_tx: Tx, before: Calendar, after: Calendar, at: datetime) -> AsyncIterator[Shift]:
    """Give the last working day before the limits of the next two reports, of each sort of organ."""
    today = day_of(at)
    for year in (today.year - 1, today.year):
        for organ, name in _ORGANS.items():
            old, new = (report_limit(year, organ, calendar) for calendar in (before, after))
            if old.limit >= today:
                shift = Shift("report", _term(old.last_working_day), _term(new.last_working_day))
                yield replace(shift, title=f"{year}年度报告（{name}）")
