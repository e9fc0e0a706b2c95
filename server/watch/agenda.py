"""The days of a calendar: what goes out, what falls due and what ends on each, and whether offices work.

Each reader gives the entries of one kind within a span; a further kind is one more reader.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final, Literal

from scheduler.deadlines import disclosure_due, report_limit
from scheduler.memorials import memorial_of
from scheduler.workdays import Calendar, holiday_name
from server.core.broadcasting import list_queues
from server.core.calendar import load_calendar
from server.core.days import SHANGHAI, day_of, say_moment
from server.core.follow import list_follows
from server.store.accounts import list_accounts_by_id
from server.store.agenda import PlannedLeg, count_shown, list_planned_between, list_waiting_for_source
from server.store.broadcast_tables import MOST_ARTICLES
from server.store.broadcasts import list_plans
from server.store.calendars import list_calendar_days
from server.store.emergencies import list_unreviewed
from server.store.notices import list_notices_ending
from server.store.obligations import list_obligations_between
from server.store.orgs import list_orgs
from server.store.planned_checks import list_objected_among
from server.store.practice import list_resting
from server.store.sensitive_days import SensitiveDays, list_sensitive_days
from server.store.tx import Tx
from server.store.watching import list_accounts_heard, list_unreleased
from server.store.words import CHANNELS
from server.watch.permissions import end_of

_MOST_SLOTS: Final = 45
MOST: Final = 1000
"""Entries of one kind in one view; an office plans some dozens."""
_LONGEST_TERM: Final = timedelta(days=60)  # 20 working days are less, with the longest holidays among them

Kind = Literal[
    "release", "follow", "obligation", "disclosure", "report", "permission", "review", "notice", "push",
]  # fmt: skip
_SATURDAY: Final = 5
_STAYS: Final[Mapping[str, str]] = {
    "release": "已有账号发出，不能再改时间",
    "follow": "已有账号发出，不能再改时间",
    "obligation": "解读的期限按工作日推算，不能改",
    "disclosure": "公开的期限按工作日推算，不能改",
    "report": "年报的期限由规定推算，不能改",
    "permission": "授权到期的日子由平台定，请提前重新授权",
    "review": "补审期限在发布时定下，不能改",
    "notice": "公示期在稿件的“公示期”里改",
    "push": "群发的时段在账号的“设置”里改，先后顺序在“群发”里改",
}
HELD: Final = "词库更新后有须处理的检查意见，处理以前不会发出"


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a view, both included, at the organs whose entries it shows."""

    first: date
    last: date
    org_ids: frozenset[str]

    @property
    def start(self) -> datetime:
        """The moment the first day begins in Beijing."""
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The moment the last day is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    def holds(self, day: date) -> bool:
        """Say whether a day is in view."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on a day. `at` None: it falls on the day as a whole; `day` None: when, nobody knows yet."""

    kind: Kind
    day: date | None
    at: datetime | None
    title: str
    told: str  # one sentence: why it stands here, or what it waits for
    org_id: str
    org_name: str = ""
    item_id: str | None = None
    release_id: str | None = None
    channels: tuple[str, ...] = ()
    is_provisional: bool = False
    is_late: bool = False
    is_movable: bool = False  # nothing of the release has gone out yet
    accounts: tuple[str, ...] = ()  # slugs of those it concerns

    @property
    def stays(self) -> str:
        """Say why nobody can move it; "" when somebody can."""
        return "" if self.is_movable and self.release_id else _STAYS[self.kind]


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its entries; `name` of the holiday it belongs to, or is made up for."""

    day: date
    is_worked: bool
    is_provisional: bool
    name: str
    shown: int  # items that readers saw first on this day
    entries: tuple[Entry, ...]
    memorial: str = ""
    sensitive: tuple[SensitiveDays, ...] = ()  # what the office itself put down for it

    @property
    def is_made_up(self) -> bool:
        """Say that it is worked although it is a weekend."""
        return self.is_worked and self.day.weekday() >= _SATURDAY

    @property
    def is_holiday(self) -> bool:
        """Say that it is off although it is not a weekend, or belongs to a holiday."""
        return not self.is_worked and (self.day.weekday() < _SATURDAY or bool(self.name))


@dataclass(frozen=True, slots=True)
class Agenda:
    """The days of a span, and what has no day yet."""

    days: tuple[Day, ...]
    undated: tuple[Entry, ...]

    def of_account(self, slug: str) -> "Agenda":
        """Give what of it concerns one account."""
        return Agenda(
            tuple(replace(day, entries=_concerning(day.entries, slug)) for day in self.days),
            _concerning(self.undated, slug),
        )


def _concerning(entries: tuple[Entry, ...], slug: str) -> tuple[Entry, ...]:
    return tuple(one for one in entries if slug in one.accounts)


async def read_agenda(tx: Tx, span: Span, *, at: datetime) -> Agenda:
    """Give a span as it stands at a moment."""
    calendar = await load_calendar(tx)
    entries = [entry for reader in _READERS for entry in await reader(tx, span, calendar, at)]
    entries.sort(key=lambda one: (one.day or date.max, one.at is not None, one.at or at, one.title))
    shown = await count_shown(tx, span.org_ids, span.first, span.last)
    years = {span.first.year, span.last.year}
    names = {one.day: one.name for year in years for one in await list_calendar_days(tx, year)}
    sensitive = await list_sensitive_days(tx, span.first, span.last, MOST)
    days = []
    for number in range((span.last - span.first).days + 1):
        day = span.first + timedelta(days=number)
        days.append(
            Day(
                day,
                calendar.is_working_day(day),
                not calendar.is_known(day),
                names[day] if day in names else holiday_name(day),
                shown.get(day, 0),
                tuple(one for one in entries if one.day == day),
                memorial_of(day),
                tuple(one for one in sensitive if one.first <= day <= one.last),
            )
        )
    return Agenda(tuple(days), tuple(one for one in entries if one.day is None))


async def _releases(tx: Tx, span: Span, _calendar: Calendar, _at: datetime) -> list[Entry]:
    legs = await list_planned_between(tx, span.org_ids, span.start, span.end, limit=MOST)
    objected = await list_objected_among(tx, frozenset(leg.release_id for leg in legs))
    found = []
    ordered = sorted(legs, key=lambda leg: leg.release_id)
    for _key, group in groupby(ordered, key=lambda leg: leg.release_id):
        together = sorted(group, key=lambda leg: leg.due_at or span.end)
        first = together[0]
        if first.kind != "interpretation" and first.due_at is not None:
            is_held = first.release_id in objected or first.gate == "check"
            told = f"{_waits(first)}。{HELD}" if is_held else _waits(first)
            found.append(replace(_planned(first, together, first.due_at, told), is_late=is_held))
    return found


async def _follows(tx: Tx, span: Span, calendar: Calendar, at: datetime) -> list[Entry]:
    """Interpretations: those that wait for a time, and those whose document is not live yet."""
    timed = await list_planned_between(tx, span.org_ids, span.start, span.end, limit=MOST)
    waiting = await list_waiting_for_source(tx, span.org_ids, limit=MOST)
    legs = [leg for leg in (*timed, *waiting) if leg.kind == "interpretation"]
    found = []
    for _key, group in groupby(sorted(legs, key=lambda leg: leg.release_id), key=lambda leg: leg.release_id):
        together = list(group)
        follows = await list_follows(tx, together[0].item_id, calendar, at=at)
        dues = [leg.due_at for leg in together if leg.due_at is not None]
        expected = [one.expected_at for one in follows]
        moment: datetime | None = min(dues, default=None)
        if moment is None and None not in expected:
            moment = max((*(one for one in expected if one), together[0].not_before or at), default=None)
        if moment is not None and not span.holds(day_of(moment)):
            continue
        told = "；".join(one.waits_for for one in follows) or _waits(together[0])
        provisional = any(one.is_provisional for one in follows)
        found.append(_planned(together[0], together, moment, told, kind="follow", provisional=provisional))
    return found


def _planned(
    leg: PlannedLeg,
    together: list[PlannedLeg],
    moment: datetime | None,
    told: str,
    *,
    kind: Kind = "release",
    provisional: bool = False,
) -> Entry:
    return Entry(
        kind,
        None if moment is None else day_of(moment),
        moment,
        leg.title,
        told,
        leg.org_id,
        leg.org_name,
        leg.item_id,
        leg.release_id,
        tuple(sorted({one.channel for one in together}, key=CHANNELS.index)),
        is_provisional=provisional,
        is_movable=leg.release_state == "planned",
        accounts=tuple(sorted({one.account for one in together})),
    )


def _waits(leg: PlannedLeg) -> str:
    if leg.due_at is None:
        return "等待原文上线"
    if leg.gate == "slot":
        return f"等账号“{leg.account}”的发布时段，{say_moment(leg.due_at)}开始"
    return f"安排在{say_moment(leg.due_at)}发布"


async def _obligations(tx: Tx, span: Span, _calendar: Calendar, at: datetime) -> list[Entry]:
    seen = await list_obligations_between(tx, span.org_ids, span.first, span.last, limit=MOST)
    return [
        Entry(
            "obligation",
            one.obligation.due_on,
            None,
            one.title,
            f"解读的期限，已关联解读{one.interpretations}篇",
            one.obligation.org_id,
            one.org.name,
            one.obligation.source_id,
            is_provisional=one.obligation.is_provisional,
            is_late=one.obligation.due_on < day_of(at),
        )
        for one in seen
    ]


async def _disclosures(tx: Tx, span: Span, calendar: Calendar, at: datetime) -> list[Entry]:
    """Give what is not public yet, on the last day the law leaves for it (条例 Art. 26)."""
    found = []
    formed = (span.first - _LONGEST_TERM, span.last)
    for one in await list_unreleased(tx, org_ids=span.org_ids, formed=formed, limit=MOST):
        due = disclosure_due(one.formed_on, calendar)
        if span.holds(due.day):
            found.append(
                Entry(
                    "disclosure", due.day, None, one.title, "主动公开的期限：形成之日起20个工作日",
                    one.org_id, item_id=one.item_id,
                    is_provisional=due.provisional, is_late=due.day < day_of(at),
                )
            )  # fmt: skip
    return found


async def _reports(tx: Tx, span: Span, calendar: Calendar, _at: datetime) -> list[Entry]:
    """Give the last working day before the limit of the yearly report (条例 Art. 49)."""
    found = []
    orgs = [one for one in await list_orgs(tx, span.org_ids) if one.id in span.org_ids]
    for year in {span.first.year, span.last.year}:
        for one in orgs:
            limit = report_limit(year - 1, "department" if one.parent_id else "government", calendar)
            last = limit.last_working_day
            if span.holds(last.day):
                told = f"年度报告应在{limit.limit.month}月{limit.limit.day}日前公布，这是最后一个工作日"
                found.append(
                    Entry(
                        "report", last.day, None, f"{one.name}{year - 1}年度报告", told, one.id, one.name,
                        is_provisional=last.provisional,
                    )
                )  # fmt: skip
    return found


async def _permissions(tx: Tx, span: Span, _calendar: Calendar, at: datetime) -> list[Entry]:
    found = []
    for one in await list_accounts_heard(tx):
        ends = end_of(one)
        if ends is not None and one.org_id in span.org_ids and span.holds(ends):
            told = "账号的授权这一天到期，请提前重新授权"
            found.append(
                Entry(
                    "permission",
                    ends,
                    None,
                    one.name,
                    told,
                    one.org_id,
                    is_late=ends < day_of(at),
                    accounts=(one.slug,),
                )
            )
    return found


async def _reviews(tx: Tx, span: Span, _calendar: Calendar, at: datetime) -> list[Entry]:
    """Give what went out before its review, on the day that must follow."""
    return [
        Entry(
            "review", day_of(one.emergency.review_by), one.emergency.review_by, one.title,
            "先发后审：事后审核的期限", one.org_id, item_id=one.emergency.item_id,
            release_id=one.emergency.release_id, is_late=one.emergency.review_by < at,
        )
        for one in await list_unreviewed(tx, span.org_ids, limit=MOST)
        if span.holds(day_of(one.emergency.review_by))
    ]  # fmt: skip


async def _notices(tx: Tx, span: Span, _calendar: Calendar, _at: datetime) -> list[Entry]:
    seen = await list_notices_ending(tx, span.org_ids, span.start, span.end, limit=MOST)
    return [
        Entry(
            "notice",
            day_of(one.end.ends_at),
            one.end.ends_at,
            one.title,
            "公示期满，撤下公示内容" if one.end.then == "remove" else "公示期满，页面加注",
            one.org_id,
            item_id=one.end.item_id,
        )
        for one in seen
    ]


async def _pushes(tx: Tx, span: Span, _calendar: Calendar, at: datetime) -> list[Entry]:
    """Give the slots of the accounts that push, with what waits for each."""
    plans = await list_plans(tx)
    accounts = await list_accounts_by_id(tx, frozenset(plans) - await list_resting(tx))
    found = []
    for account in accounts.values():
        if account.org.id not in span.org_ids:
            continue
        for queue in await list_queues(tx, account, at=at, limit=_MOST_SLOTS):
            if span.holds(day_of(queue.slot_at)):
                titles = "、".join(f"《{one.title}》" for one in queue.articles)
                title = f"{account.name}（{len(queue.articles)}/{MOST_ARTICLES}）"
                told = titles or "还没有文章"
                found.append(
                    Entry(
                        "push", day_of(queue.slot_at), queue.slot_at, title, told, account.org.id,
                        account.org.name, channels=("wechat",), accounts=(account.slug,),
                    )
                )  # fmt: skip
    return found


_Reader = Callable[[Tx, Span, Calendar, datetime], Awaitable[list[Entry]]]
_READERS: Final[tuple[_Reader, ...]] = (
    _releases, _follows, _obligations, _disclosures, _reports, _permissions, _reviews,
    _notices, _pushes,
)  # fmt: skip
