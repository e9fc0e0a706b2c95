"""settle(): what came of a call becomes state, receipt, ledger line and counter, all or none.

Every way in names the state it comes from; out of `sending` also the attempt that holds the lease. Whoever
lost the race gets LostRace and has changed nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from channels.contract import (
    ByHand,
    Limits,
    NeedsAuthorisation,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Receipt,
    Refused,
)
from server.core.days import day_of
from server.core.first_days import count_first
from server.core.follow import mark_pages_stale, wake_followers
from server.core.gates import WorkingDays, regate
from server.core.older_posts import follow_newer, replace_older
from server.core.overtaken import end_of
from server.core.site_columns import filed_under
from server.core.takedowns import Terms, set_terms
from server.store import ledger
from server.store.accounts import move_account
from server.store.attempts import close_attempt, first_opened
from server.store.deliveries import DeliverySeen, find_live_page, move, move_all, put_off
from server.store.items import ItemSeen, list_released
from server.store.permissions import end_permission
from server.store.places import mark_stale
from server.store.placing import touch_lists_of
from server.store.releases import get_release, lock_releases, move_releases, set_release_live
from server.store.tx import Tx

LONGEST_WAIT = timedelta(hours=1)
_AT_ONCE = (0.0, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Seconds between looks where the first comes with the call itself: a public address that does not answer for
hours must not be asked every second for every item."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What settling needs beside the transaction: the calendar for follow-ups, fresh ids, chance, terms."""

    calendar: WorkingDays
    new_id: Callable[[], str]
    chance: Callable[[], float] = float  # between 0 and 1; spreads what failed together
    terms: Terms = field(default_factory=Terms)  # until when what comes down must be gone


async def settle(
    tx: Tx, leg: DeliverySeen, outcome: Outcome, limits: Limits, bench: Bench, *, at: datetime
) -> None:
    """Settle an outcome of a delivery read in state sending, accepted or unknown; raises LostRace."""
    # Held until the commit: a withdrawal that overtakes us would not see this delivery live, nor we it.
    await lock_releases(tx, frozenset((leg.release_id,)))
    match outcome:
        case Receipt(live_at=None):
            await _accepted(tx, leg, outcome, limits, at=at)
        case Receipt():
            await go_live(tx, leg, outcome, bench, at=at)
            if limits.watch_after:
                first_look = at + timedelta(seconds=limits.watch_after[0])
                await put_off(tx, leg.id, "live", first_look, looks=0)
        case ByHand():
            await _by_hand(tx, leg, outcome, limits, at=at)
        case NotAccepted(last=Refused() as last) if leg.tries > 1:
            await _leave(tx, leg, "refused", "refused", last.reason, last.who_acts, at=at)
        case NotAccepted(after, reason):
            due = at + back_off(after, leg.tries, bench.chance())
            await _leave(tx, leg, "retry_wait", "not_accepted", reason, "clock", at=at, due_at=due)
        case Refused(reason, who_acts):
            await _leave(tx, leg, "refused", "refused", reason, who_acts, at=at)
        case NeedsAuthorisation(reason):
            await _leave(tx, leg, "blocked", "needs_authorisation", reason, "owner", at=at)
            await move_account(tx, leg.account_id, ("active",), "unauthorised")  # a pause stays one
            await end_permission(tx, leg.account_id, at=at)
        case OutcomeUnknown(reason):
            due = at + timedelta(seconds=limits.settle_after)
            await _leave(tx, leg, "unknown", "unknown", reason, "reconcile", at=at, due_at=due)
        case _:
            assert_never(outcome)


def back_off(after: float, tries: int, chance: float) -> timedelta:
    """Give how long to wait after so many tries: twice as long each time, up to an hour, and a little more.

    Never less than the platform asked for. The up to a quarter more is chance, between 0 and 1: what failed
    together does not come back together.
    """
    seconds = min(after * 2 ** min(max(tries - 1, 0), 10), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * (1 + chance / 4))


async def go_live(tx: Tx, leg: DeliverySeen, receipt: Receipt, bench: Bench, *, at: datetime) -> None:
    """Make a delivery live: receipt, count, and whatever waited for it."""
    opened = await first_opened(tx, (leg.id,))
    live_at = plausible_live_at(receipt.live_at, opened.get(leg.id), at)
    await move(
        tx,
        leg.id,
        leg.state,
        "live",
        at=at,
        under=leg.attempt_id,
        at_gate=leg.gate,
        platform_id=receipt.platform_id,
        link=receipt.link,
        live_at=live_at,
        due_at=None,
        reason=None,
        who_acts="nobody",
    )
    await _close(tx, leg, "live", None, at=at)
    await replace_older(tx, leg, bench.terms, at=at)
    await _replace_release(tx, leg)
    # Before anything is woken: a page withdrawn while it was on its way lets nothing go (invariant 8).
    await _came_late(tx, leg, bench.terms, at=at)
    if leg.channel in ("website", "feed"):
        await touch_lists_of(tx, leg.account_id, leg.item_id, at=at)
    if leg.channel == "website":
        await wake_followers(tx, leg.item_id, bench.calendar, at=at)
        await mark_pages_stale(tx, leg.item_id, at=at)
        await regate(tx, leg.release_id, bench.calendar, at=at)
    # Last, as in a batch: many share a counter, and nobody waits for a row while others wait for his count.
    await _count(tx, leg, bench, live_at=live_at, at=at)


def plausible_live_at(claimed: datetime | None, first_tried: datetime | None, at: datetime) -> datetime:
    """Give when a post went live: a platform's clock may be wrong, but it is no older than our first call."""
    earliest = claimed or at if first_tried is None else first_tried.replace(microsecond=0)
    return min(max(claimed or at, earliest), at)


async def _by_hand(tx: Tx, leg: DeliverySeen, outcome: ByHand, limits: Limits, *, at: datetime) -> None:
    """Leave the rest to a person on the platform, and look whether he did it; or ask what became of it."""
    if outcome.ready is not None:
        await _accepted(tx, leg, outcome.ready, limits, at=at, reason=outcome.reason, who_acts="owner")
    elif leg.state == "accepted":
        await move(
            tx, leg.id, "accepted", "needs_person", at=at,
            due_at=None, reason=outcome.reason, who_acts="owner",
        )  # fmt: skip
    else:
        await _leave(tx, leg, "unknown", "unknown", outcome.reason, "reconcile", at=at, due_at=at)


async def _accepted(
    tx: Tx,
    leg: DeliverySeen,
    receipt: Receipt,
    limits: Limits,
    *,
    at: datetime,
    reason: str | None = None,
    who_acts: str = "clock",
) -> None:
    """Keep the platform's word; from `accepted` itself only the time of the next look moves."""
    waits = limits.confirm_after or _AT_ONCE
    if leg.state == "accepted":
        wait = waits[min(leg.looks + 1, len(waits) - 1)]
        await put_off(tx, leg.id, "accepted", at + timedelta(seconds=max(wait, 1.0)), looks=leg.looks + 1)
        return
    await move(
        tx,
        leg.id,
        leg.state,
        "accepted",
        at=at,
        under=leg.attempt_id,
        platform_id=receipt.platform_id,
        link=receipt.link,
        due_at=at + timedelta(seconds=waits[0]),
        looks=0,
        reason=reason,
        who_acts=who_acts,
    )
    await _close(tx, leg, "accepted", None, at=at)


async def _leave(
    tx: Tx,
    leg: DeliverySeen,
    state: str,
    outcome: str,
    reason: str,
    who_acts: str,
    *,
    at: datetime,
    due_at: datetime | None = None,
) -> None:
    """Leave `sending` without success, or `accepted` when the platform takes its word back."""
    if leg.state == "accepted" and state != "refused":
        # A look that failed says nothing new about a post that the platform has accepted; one that the
        # platform refused for its number is made again when the platform said.
        soon = at + timedelta(minutes=1)
        due = max(due_at or soon, soon) if state == "retry_wait" else soon
        await put_off(tx, leg.id, "accepted", due, looks=leg.looks + 1)
        return
    await move(
        tx,
        leg.id,
        leg.state,
        state,
        at=at,
        under=leg.attempt_id,
        reason=reason,
        who_acts=who_acts,
        due_at=due_at,
        looks=0,
    )
    await _close(tx, leg, outcome, reason, at=at)
    await _overtaken(tx, leg, at=at)


async def _close(tx: Tx, leg: DeliverySeen, outcome: str, reason: str | None, *, at: datetime) -> None:
    if leg.state == "sending" and leg.attempt_id is not None:
        await close_attempt(tx, leg.attempt_id, outcome, reason, at=at)


async def _count(tx: Tx, leg: DeliverySeen, bench: Bench, *, live_at: datetime, at: datetime) -> None:
    """Write the first-live lines of the channel and of the item; a second account or release adds none.

    One that was live on an earlier day than what stands takes its place.
    """
    seen = (await list_released(tx, frozenset((leg.release_id,))))[leg.release_id]
    if seen.practice:
        return
    column = await filed_under(tx, seen.revision.sheet.column)
    for channel in sorted((leg.counted_as, "item")):  # as a batch does: two must not wait for each other
        line = entry_of(leg, seen, column, "counted", channel, bench.new_id(), day=day_of(live_at), at=at)
        if await count_first(tx, line, bench.new_id):
            continue
        if await ledger.newest_line(tx, leg.item_id, channel) == "withdrawn":
            await ledger.append(tx, replace(line, line="reinstated", day=day_of(at)))


def entry_of(
    leg: DeliverySeen,
    seen: ItemSeen,
    column: str,
    line: ledger.Line,
    channel: str,
    id: str,
    *,
    day: date,
    at: datetime,
) -> ledger.Entry:
    """Make a ledger line of a delivery; `seen` is the item as the release has it, `column` as of now."""
    return ledger.Entry(
        id=id,
        line=line,
        item_id=leg.item_id,
        channel=channel,
        org_id=seen.org.id,
        kind=seen.kind,
        column=column,
        day=day,
        delivery_id=leg.id,
        written_at=at,
    )


async def _replace_release(tx: Tx, leg: DeliverySeen) -> None:
    """Let a release take the place of older ones with its first delivery that is live."""
    row = await get_release(tx, leg.release_id)
    if row.state == "planned":
        await move_releases(tx, leg.item_id, ("live",), "replaced", below=leg.release_number)
        await set_release_live(tx, leg.release_id)


async def _came_late(tx: Tx, leg: DeliverySeen, terms: Terms, *, at: datetime) -> None:
    """Let go of what went live after its release was withdrawn or replaced: it must not stay as it is."""
    row = await get_release(tx, leg.release_id)
    if row.state == "withdrawn":
        await set_terms(tx, (leg,), terms, at=at)
        await move_all(tx, (leg.id,), ("live",), "withdrawing", at=at, due_at=at, who_acts="clock")
    elif row.state == "replaced":
        await move_all(tx, (leg.id,), ("live",), "replaced", at=at)
        await follow_newer(tx, leg, terms, at=at)
        newer = await find_live_page(tx, leg.item_id)
        await mark_stale(tx, (newer.id,) if newer else (), at=at)


async def _overtaken(tx: Tx, leg: DeliverySeen, *, at: datetime) -> None:
    """End what came back unsent after its release was withdrawn or replaced: it must not go again."""
    end = await end_of(tx, leg)
    if end is not None:
        await move_all(tx, (leg.id,), ("ready", "retry_wait", "blocked"), end, at=at, who_acts="nobody")
