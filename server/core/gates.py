"""Why a delivery still waits, and what opens each gate (DESIGN §5, invariants 6 to 8).

`gate_of` is a pure rule over facts; everything that can change a fact calls `regate`, which asks the rule
again and writes its answer. No answer is kept anywhere else, so a restart forgets nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from scheduler.workdays import DueDay
from server.core.days import day_of
from server.store.deliveries import (
    DeliverySeen,
    find_live_page,
    first_page_live_at,
    list_of_release,
    set_gate,
)
from server.store.followups import Follow, list_sources
from server.store.releases import get_release
from server.store.tx import Tx


class WorkingDays(Protocol):
    """The Chinese working-day calendar, as far as the core needs it."""

    def add_working_days(self, day: date, count: int, /) -> DueDay:
        """Give the `count`-th working day after `day`, which is itself not counted."""

    def due_moment(self, day: date, count: int, clock: time, /) -> datetime:
        """Give the moment, `count` working days after `day`, at a time of day in Asia/Shanghai."""

    def is_known(self, day: date, /) -> bool:
        """Say whether the notice of this day's year is known; what is computed beyond it is provisional."""

    def spans_holiday(self, after: date, until: date, /) -> bool:
        """Say whether offices are closed on some Monday to Friday between two days."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule looks at. `sources_due` holds None for a source that no reader can see."""

    channel: str
    not_before: datetime | None
    sources_due: tuple[datetime | None, ...]
    page_is_live: bool  # the website delivery of the same release


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate a delivery stands at; `name` None means it may go. `due_at` is when the clock opens it."""

    name: str | None
    due_at: datetime | None = None


OPEN = Gate(None)


def gate_of(facts: Facts, *, at: datetime) -> Gate:
    """Name the first gate that is still shut, from the outermost inwards."""
    if None in facts.sources_due:
        return Gate("source_live")
    due = max((moment for moment in (facts.not_before, *facts.sources_due) if moment), default=None)
    if due is not None and due > at:
        return Gate("time", due)
    if facts.channel == "other":
        return Gate("evidence")
    if facts.channel != "website" and not facts.page_is_live:
        return Gate("website_live")
    return OPEN


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
        if await find_live_page(tx, follow.source_id) is None:
            dues.append(None)
            continue
        live_at = await first_page_live_at(tx, follow.source_id)
        dues.append(None if live_at is None else source_due(follow, live_at, calendar))
    return tuple(dues)


async def regate(tx: Tx, release_id: str, calendar: WorkingDays, *, at: datetime) -> tuple[DeliverySeen, ...]:
    """Ask the rule again for each unsent delivery of a release; give those that may go now."""
    row = await get_release(tx, release_id)
    legs = await list_of_release(tx, release_id)
    dues = await sources_due(tx, row.item_id, calendar)
    page_is_live = any(leg.channel == "website" and leg.state == "live" for leg in legs)
    opened = []
    for leg in legs:
        if leg.state not in ("waiting", "ready", "retry_wait"):
            continue
        gate = gate_of(Facts(leg.channel, row.not_before, dues, page_is_live), at=at)
        if leg.state == "retry_wait" and gate.name is None:
            continue  # it may go, at the time its last try was told
        if (leg.gate, leg.due_at) == (gate.name, gate.due_at):
            continue
        moved = await set_gate(tx, leg.id, gate.name, gate.due_at, at=at)
        if moved and gate.name is None:
            opened.append(leg)
    return tuple(opened)
