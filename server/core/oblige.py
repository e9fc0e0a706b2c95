"""A document that must be interpreted opens an obligation once live; a live interpretation meets it."""

from datetime import datetime
from typing import Final

from channels.item import Kind
from scheduler.deadlines import INTERPRETATION_WORKING_DAYS
from server.core.acts import note, of_item
from server.core.days import day_of
from server.core.gates import WorkingDays
from server.core.likeness import likeness
from server.core.problems import Problem
from server.store.deliveries import find_live_page, first_page_live_at
from server.store.followups import list_sources
from server.store.items import ItemSeen, find_item
from server.store.obligations import (
    Obligation,
    find_obligation,
    first_live_interpretation,
    insert_obligation,
    set_held,
    set_met,
    waive_obligation,
)
from server.store.tx import Tx

EXEMPT_GENRES: Final = frozenset({"函", "批复", "任免", "任免通知", "会议纪要", "纪要", "公报", "年报"})
"""Documents of these genres set no policy: our reading of RULES.md §4; a person may waive others."""


def must_be_interpreted(kind: Kind, genre: str | None) -> bool:
    """Say whether a document opens an obligation."""
    return kind == "policy" and genre not in EXEMPT_GENRES


async def exempt(tx: Tx, seen: ItemSeen, reason: str, *, by: str, at: datetime) -> None:
    """Write down that a document needs no interpretation, and why; refuses one that needs none anyway."""
    if await find_obligation(tx, seen.id) is None:
        raise Problem("wrong_state", "这篇稿件没有待解读的要求")
    await waive_obligation(tx, seen.id, reason, by=by, at=at)
    await note(tx, "item.waive_interpretation", of_item(seen), at=at, reason=reason)


async def note_page(tx: Tx, item_id: str, calendar: WorkingDays, *, at: datetime) -> None:
    """Take over that the page of an item went live, was withdrawn, came back, or was bound to a document."""
    seen = await find_item(tx, item_id)
    if seen is None or seen.practice:
        return
    if seen.kind == "interpretation":
        for follow in await list_sources(tx, item_id):
            await _settle(tx, follow.source_id)
    elif must_be_interpreted(seen.kind, seen.revision.sheet.genre):
        await _open_or_hold(tx, seen, calendar, at=at)
        await _settle(tx, item_id)


async def _open_or_hold(tx: Tx, seen: ItemSeen, calendar: WorkingDays, *, at: datetime) -> None:
    is_live = await find_live_page(tx, seen.id) is not None
    live_at = await first_page_live_at(tx, seen.id)
    if is_live and live_at is not None:
        live_on = day_of(live_at)
        due = calendar.add_working_days(live_on, INTERPRETATION_WORKING_DAYS)
        row = Obligation(
            source_id=seen.id,
            org_id=seen.org.id,
            live_on=live_on,
            due_on=due.day,
            is_provisional=due.provisional,
            held=False,
            met_at=None,
            met_by=None,
            likeness=None,
            waived_at=None,
            waived_reason=None,
        )
        if await insert_obligation(tx, row, at=at):
            return
    await set_held(tx, seen.id, held=not is_live)


async def _settle(tx: Tx, source_id: str) -> None:
    """Write down which interpretation meets an obligation, if any does at this moment."""
    known = await find_obligation(tx, source_id)
    if known is None:
        return
    first = await first_live_interpretation(tx, source_id)
    if first is None:
        if known.met_by is not None:
            await set_met(tx, source_id, None, None, None)
        return
    item_id, since = first
    if known.met_by != item_id:
        await set_met(tx, source_id, since, item_id, await _likeness(tx, item_id, source_id))


async def _likeness(tx: Tx, interpretation_id: str, source_id: str) -> int | None:
    interpretation, source = await find_item(tx, interpretation_id), await find_item(tx, source_id)
    if interpretation is None or source is None:
        return None
    return likeness(interpretation.revision.body, source.revision.body)
