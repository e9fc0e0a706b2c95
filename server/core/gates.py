"""Why a delivery still waits, and what opens each gate (invariants 6 to 8).

`gate_of` is a pure rule over facts; everything that can change a fact calls `regate`, which asks the rule
again and writes its answer. No answer is kept anywhere else, so a restart forgets nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from scheduler.windows import read_window
from scheduler.workdays import DueDay
from server.core.acts import note_opened
from server.core.days import day_of
from server.core.problems import Problem
from server.core.seating import seat_legs
from server.store.accounts import AccountRow
from server.store.broadcast_tables import MOST_ARTICLES
from server.store.broadcasts import list_plans, list_unseated_releases
from server.store.deliveries import DeliverySeen, find_live_page, first_page_live_at
from server.store.dictionary import dictionary_serial
from server.store.followups import Follow, list_bound, list_sources
from server.store.gates import (
    GateMove,
    Leg,
    insert_late_marks,
    list_embargoes,
    list_live_releases,
    list_unsent_legs,
    list_urgent,
    list_windows,
    move_gates,
)
from server.store.planned_checks import WAITS, PlannedCheck, list_planned_checks
from server.store.releases import list_by_id, lock_releases
from server.store.tx import Tx


class WorkingDays(Protocol):
    """The Chinese working-day calendar, as far as the core needs it."""

    def add_working_days(self, day: date, count: int, /) -> DueDay:
        """Give the `count`-th working day after `day`, which is itself not counted."""

    def due_moment(self, day: date, count: int, clock: time, /) -> datetime:
        """Give the moment, `count` working days after `day`, at a time of day in Asia/Shanghai."""

    def is_known(self, day: date, /) -> bool:
        """Say whether the notice of this day's year is known; what is computed beyond it is provisional."""

    def is_working_day(self, day: date, /) -> bool:
        """Say whether offices are open on a day."""

    def spans_holiday(self, after: date, until: date, /) -> bool:
        """Say whether offices are closed on some Monday to Friday between two days."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at. `sources_due` holds None for a source that no reader can see."""

    channel: str
    not_before: datetime | None
    sources_due: tuple[datetime | None, ...]
    page_is_live: bool  # the website delivery of the same release
    shut_until: datetime | None = None  # outside the hours of the account: when they begin
    held_since: datetime | None = None  # not examined by the list of words as it stands, or objected to
    broadcasts: bool = False  # the account pushes: its articles wait for a seat in a push


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate a delivery stands at; `name` None means it may go. `due_at` is when the clock opens it."""

    name: str | None
    due_at: datetime | None = None


NEED_THE_PAGE = ("weibo", "wechat", "feed")
"""Channels whose posts lead to the page, so that it must answer first (invariant 7)."""
OPEN = Gate(None)
PUSH = Gate("quota")
"""What the platform allows of pushes; no clock opens it, the push itself takes its articles along."""
_TIMED = ("time", "slot", "check")
LATE = timedelta(minutes=5)
"""What opens so much after its time is marked as late; a scan comes every few seconds."""


def gate_of(facts: Facts, *, at: datetime) -> Gate:  # noqa: PLR0911 -- a line for each gate
    """Name the first gate that is still shut, from the outermost inwards."""
    if None in facts.sources_due:
        return Gate("source_live")
    due = max((moment for moment in (facts.not_before, *facts.sources_due) if moment), default=None)
    if due is not None and due > at:
        return Gate("time", due)
    if facts.held_since is not None:
        return Gate("check", facts.held_since)
    if facts.channel == "other":
        return Gate("evidence")
    if facts.channel in NEED_THE_PAGE and not facts.page_is_live:
        return Gate("website_live")
    if facts.broadcasts:
        return PUSH  # its slots are the account's hours
    return OPEN if facts.shut_until is None else Gate("slot", facts.shut_until)


def require_page(accounts: Sequence[AccountRow]) -> None:
    """Refuse accounts of which some would wait for a page that none of them publishes."""
    waiting = [one.name for one in accounts if one.channel in NEED_THE_PAGE]
    if waiting and not any(one.channel == "website" for one in accounts):
        sentence = f"{'、'.join(waiting)} 要等网页上线后才能发布：请同时选择网站账号"
        raise Problem("invalid", sentence, field="accounts")


def source_due(follow: Follow, live_at: datetime, calendar: WorkingDays) -> datetime:
    """Give when an interpretation may go out whose source went live at `live_at`; never before that."""
    match follow.rule:
        case "same_moment":
            return live_at
        case "after_working_days":
            if follow.working_days is None or follow.at_clock is None:
                raise ValueError("a rule that counts working days has a number and a time of day")
            return max(live_at, calendar.due_moment(day_of(live_at), follow.working_days, follow.at_clock))
        case "at_time":
            return max(live_at, follow.not_before or live_at)


async def sources_due(tx: Tx, item_id: str, calendar: WorkingDays) -> tuple[datetime | None, ...]:
    """Give for each source of an item when it lets the item go; None while its page is not live."""
    dues: list[datetime | None] = []
    for follow in await list_sources(tx, item_id):
        if not await _holds_live(tx, follow.source_id):
            dues.append(None)
            continue
        live_at = await first_page_live_at(tx, follow.source_id)
        dues.append(None if live_at is None else source_due(follow, live_at, calendar))
    return tuple(dues)


async def _holds_live(tx: Tx, source_id: str) -> bool:
    """Say whether a source's page is live, and let nobody withdraw it before this transaction has ended.

    Else a withdrawal would not see what is let go by it, nor we the withdrawal.
    """
    page = await find_live_page(tx, source_id)
    if page is None:
        return False
    await lock_releases(tx, frozenset((page.release_id,)))
    return await find_live_page(tx, source_id) is not None


async def regate(tx: Tx, release_id: str, calendar: WorkingDays, *, at: datetime) -> tuple[str, ...]:
    """Ask the rule again for each unsent delivery of a release; give the ids of those that may go now."""
    return await regate_all(tx, (release_id,), calendar, at=at)


async def regate_all(
    tx: Tx, release_ids: Iterable[str], calendar: WorkingDays, *, at: datetime
) -> tuple[str, ...]:
    """Ask the rule again for the unsent deliveries of many releases at once.

    What opens because its time came keeps that time as its place in the order of sending, so that a crowd
    that fell due together, or while nothing ran, goes out in the order it was due.
    """
    ids = frozenset(release_ids)
    legs = await list_unsent_legs(tx, ids)
    facts = await read_facts(tx, legs, calendar, at=at)
    gates = await _seated(tx, legs, {leg.id: gate_of(facts[leg.id], at=at) for leg in legs}, at=at)
    moves, late = [], []
    for leg in legs:
        gate = gates[leg.id]
        if leg.state == "retry_wait" and gate.name is None:
            continue  # it may go, at the time its last try was told
        if (leg.gate, leg.due_at) == (gate.name, gate.due_at):
            continue
        was_due = leg.due_at if leg.gate in _TIMED and leg.due_at and leg.due_at <= at else None
        moves.append(GateMove(leg, gate.name, gate.due_at, was_due or at))
        if was_due is not None and at - was_due > LATE:
            late.append((leg.id, was_due))
    moved = await move_gates(tx, moves)
    await insert_late_marks(tx, (mark for mark in late if mark[0] in moved), at=at)
    opened = tuple(one.leg for one in moves if one.gate is None and one.leg.id in moved)
    await note_opened(tx, opened, at=at)
    return tuple(leg.id for leg in opened)


async def fill_vacancies(tx: Tx, account_ids: frozenset[str], calendar: WorkingDays, *, at: datetime) -> None:
    """Give seats that became free in pushes of accounts to whoever waits without one, the first comer first.

    Called by what takes deliveries off their seats, or a push away; where nobody pushes it does nothing. The
    clock asks again for whoever is still left.
    """
    waiting = await list_unseated_releases(tx, MOST_ARTICLES, account_ids) if account_ids else ()
    for release_id in waiting:  # one by one: together they would be seated by their ids
        await regate_all(tx, (release_id,), calendar, at=at)


def seats_left(legs: Iterable[DeliverySeen]) -> frozenset[str]:
    """Give the accounts in whose pushes these deliveries waited."""
    return frozenset(leg.account_id for leg in legs if (leg.state, leg.gate) == ("waiting", "quota"))


async def _seated(tx: Tx, legs: tuple[Leg, ...], gates: dict[str, Gate], *, at: datetime) -> dict[str, Gate]:
    """Give the gates with the moments of the pushes in which deliveries got their seats."""
    for_push = [leg for leg in legs if gates[leg.id] == PUSH]
    if not for_push:
        return gates
    urgent = frozenset(await list_urgent(tx, frozenset(leg.release_id for leg in for_push)))
    slots = await seat_legs(tx, for_push, urgent, at=at)
    return gates | {key: Gate("quota", slot) for key, slot in slots.items()}


async def read_facts(
    tx: Tx, legs: tuple[Leg, ...], calendar: WorkingDays, *, at: datetime
) -> dict[str, Facts]:
    """Read what the rule looks at for each delivery, in a few statements however many they are."""
    release_ids, item_ids = frozenset(leg.release_id for leg in legs), frozenset(leg.item_id for leg in legs)
    not_before = {row.id: row.not_before for row in await list_by_id(tx, release_ids)}
    live = await list_live_releases(tx, release_ids)
    urgent = await list_urgent(tx, release_ids)
    embargoes = await list_embargoes(tx, item_ids)
    windows = await list_windows(tx, frozenset(leg.account_id for leg in legs))
    pushing = await list_plans(tx, frozenset(leg.account_id for leg in legs if leg.channel == "wechat"))
    shut_until = {key: read_window(text).opens_at(at) for key, text in windows.items()}
    dues = {key: await sources_due(tx, key, calendar) for key in await list_bound(tx, item_ids)}
    held = await _held(tx, legs)
    return {
        leg.id: Facts(
            channel=leg.channel,
            not_before=_later(not_before.get(leg.release_id), embargoes.get(leg.item_id)),
            sources_due=dues.get(leg.item_id, ()),
            page_is_live=leg.release_id in live,
            shut_until=None if leg.release_id in urgent else shut_until.get(leg.account_id),
            held_since=min(leg.due_at or at, at) if leg.id in held else None,
            broadcasts=leg.account_id in pushing,
        )
        for leg in legs
    }


async def _held(tx: Tx, legs: tuple[Leg, ...]) -> frozenset[str]:
    """Give the deliveries that waited and whose release must be examined again, or was and is objected to.

    What goes out at once was examined at that moment; days may lie between a plan and its time (invariant 6).
    """
    waited = tuple(leg for leg in legs if leg.gate in (*WAITS, "check"))
    if not waited:
        return frozenset()
    serial = await dictionary_serial(tx)
    checks = await list_planned_checks(tx, frozenset(leg.release_id for leg in waited))
    return frozenset(leg.id for leg in waited if not _is_clear(checks.get(leg.release_id), serial))


def _is_clear(check: PlannedCheck | None, serial: int) -> bool:
    return check is not None and check.version > 0 and check.serial >= serial and not check.blocking


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment), default=None)
