"""Claim deliveries with their Attempts, call each channel once, hand what came of it to settle."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from channels.addresses import list_keys
from channels.contract import NeedsAuthorisation, NotAccepted, Outcome, OutcomeUnknown, Receipt, Refused
from channels.item import Content
from channels.transport import LeaseOver
from server.core.budgets import allowances_of, say_used_up
from server.core.confirm import confirm
from server.core.contents import contents_of_releases, with_neighbours
from server.core.fence import fenced
from server.core.lanes import OPEN, Lanes
from server.core.late import settle_late
from server.core.settle import settle
from server.core.settlements import Settlement, is_plain
from server.core.workplace import Workplace
from server.store.accounts import AccountRow, get_account
from server.store.attempts import add_note, close_attempt, first_opened, renew_leases
from server.store.backlog import Leg, Order, claim_backlog
from server.store.deliveries import get_delivery, move, put_off
from server.store.permissions import lock_account
from server.store.placing import place_item
from server.store.tx import Store, StoreAway, Tx

log = structlog.get_logger(__name__)

_WITH_THE_NEW: Final = 1.0  # seconds
UNREADABLE = "稿件存储的内容读不出来，请管理员检查数据库"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery to send: from which account, what, and until when without a renewal of its lease."""

    leg: Leg
    lease_until: datetime
    first_tried: datetime
    account: AccountRow
    content: Content


class StoreJournal:
    """Notes of one attempt, each committed before the next call (channels.contract.Journal)."""

    def __init__(self, store: Store, attempt_id: str) -> None:
        """Take the attempt whose notes these are."""
        self._store, self._attempt_id = store, attempt_id

    async def note(self, step: str, value: str, /) -> None:
        """Write down that a step came true; raises LeaseOver once somebody else has closed the attempt."""
        async with self._store.begin() as tx:
            is_open = await add_note(tx, self._attempt_id, step, value)
        if not is_open:
            raise LeaseOver


async def claim(
    tx: Tx, place: Workplace, *, at: datetime, limit: int, lanes: Lanes = OPEN
) -> tuple[Claimed, ...]:
    """Claim what may be sent, each with a lease and an open Attempt, all in this one commit (invariant 3)."""
    concurrency = {channel: limits.concurrency for channel, limits in place.limits.items()}
    lease_until = at + place.lease
    spent = frozenset(key for key, until in place.memory.spent.items() if until > at)
    order = Order(
        place.worker,
        at,
        lease_until,
        limit,
        concurrency,
        place.bench.new_id,
        spent,
        lanes.shut,
        lanes.outside,
    )
    claims = await claim_backlog(tx, order)
    place.memory.is_left = claims.is_left
    if not claims.legs:
        return ()
    contents = await _readable(tx, place, claims.legs, at=at)
    legs = tuple(leg for leg in claims.legs if leg.release_id in contents)
    first_tried = await first_opened(tx, tuple(leg.id for leg in legs if leg.tries > 1))
    await _place(tx, legs, contents, at=at)
    for leg in legs:
        if leg.channel == "website":
            contents[leg.release_id] = await with_neighbours(tx, contents[leg.release_id], place.site)
    return tuple(
        Claimed(
            leg,
            lease_until,
            first_tried.get(leg.id, at),
            claims.accounts[leg.account_id],
            contents[leg.release_id],
        )
        for leg in legs
    )


async def _readable(tx: Tx, place: Workplace, legs: tuple[Leg, ...], *, at: datetime) -> dict[str, Content]:
    """Read what is to be sent; what cannot be read is refused by itself and stops nothing behind it."""
    ids = frozenset(leg.release_id for leg in legs)
    try:
        return await contents_of_releases(tx, ids, place.site, at=at)
    except ValueError as error:
        log.error("content_unreadable", why=type(error).__name__)  # noqa: TRY400 -- its text has the content
    contents: dict[str, Content] = {}
    for leg in legs:
        try:
            contents |= await contents_of_releases(tx, frozenset((leg.release_id,)), place.site, at=at)
        except ValueError:
            await close_attempt(tx, leg.attempt_id, "refused", UNREADABLE, at=at)
            await move(
                tx, leg.id, "sending", "refused", at=at, under=leg.attempt_id,
                due_at=None, reason=UNREADABLE, who_acts="operator",
            )  # fmt: skip
    return contents


async def deliver(place: Workplace, claimed: Claimed) -> None:
    """Send a held delivery and settle what came of it; whatever is raised leaves its attempt open.

    Once the lease is over nothing is sent: whoever finds the attempt open decides.
    """
    key = claimed.leg.attempt_id
    try:
        if not place.holds(key) or await _is_put_off(place, claimed) or not place.holds(key):
            return  # asked again: the process may have stood still meanwhile
        outcome = await _send(place, claimed)
        await _settle(place, claimed, outcome)
    finally:
        place.memory.held.pop(key, None)
    limits = place.limits[claimed.leg.channel]
    if isinstance(outcome, Receipt) and outcome.live_at is None and not limits.confirm_after:
        await confirm(place, claimed.leg.id)


async def keep_leases(place: Workplace) -> None:
    """Keep the leases of what is under way, for ever: a slow platform must not look like a dead worker."""
    while True:
        await asyncio.sleep(place.lease.total_seconds() / 3)
        ids = tuple(place.memory.held)
        if not ids:
            continue
        since, until = place.uptime(), place.now() + place.lease
        try:
            async with place.store.begin() as tx:
                kept = await renew_leases(tx, ids, until)
        except StoreAway:
            continue  # try again before the leases run out; if they do, a look decides
        for key in frozenset(ids) - kept:
            place.memory.held.pop(key, None)
        place.hold(place.memory.held.keys() & kept, until, since=since)


async def hand_back(place: Workplace, ids: tuple[str, ...]) -> None:
    """Let go of attempts that were cut off: a look may begin at once, and need not wait for their leases."""
    try:
        async with place.store.begin() as tx:
            await renew_leases(tx, ids, place.now())
    except StoreAway as error:
        log.warning("store_away", reason=str(error))  # then their leases run out by themselves


async def _is_put_off(place: Workplace, claimed: Claimed) -> bool:
    """Charge the account's budget; when it is used up, let the delivery wait for the next window."""
    leg, at = claimed.leg, place.now()
    allowances = allowances_of(claimed.account.settings, place.limits[leg.channel], at=at)
    used_up = await place.budgets.take(leg.account_id, allowances)
    if used_up is None:
        return False
    until = at + timedelta(seconds=used_up.ends_in)
    place.memory.spent[leg.account_id] = until

    async def act(tx: Tx) -> None:
        seen = await get_delivery(tx, leg.id)
        if (seen.state, seen.attempt_id) == ("sending", leg.attempt_id):
            outcome = NotAccepted(used_up.ends_in, say_used_up(used_up))
            await settle(tx, seen, outcome, place.limits[leg.channel], place.bench, at=place.now())
            await put_off(tx, leg.id, "retry_wait", until)  # to the second, not by the back-off of failures

    await place.store.write(act)
    return True


async def _send(place: Workplace, claimed: Claimed) -> Outcome:
    try:
        channel = place.open_channel(claimed.account)
    except ValueError as error:
        return Refused(f"账号设置不完整：{error}", "operator")
    journal = StoreJournal(place.store, claimed.leg.attempt_id)
    content = claimed.content.told_on(claimed.account.channel, claimed.account.slug)
    post = channel.render(content)
    try:
        with fenced(partial(place.holds, claimed.leg.attempt_id)):
            return await channel.publish(post, journal, at=place.now())
    except LeaseOver:
        return OutcomeUnknown("发送进程停顿过久，已不再持有这次发送")


async def _settle(place: Workplace, claimed: Claimed, outcome: Outcome) -> None:
    if is_plain(outcome, claimed.leg):
        settlement = Settlement(claimed.leg, claimed.content, claimed.first_tried, outcome)
        await place.settlements.settle(settlement, place)
        return

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, claimed.leg.id)
        if (leg.state, leg.attempt_id) == ("sending", claimed.leg.attempt_id):
            told = await _of_its_secret(tx, claimed.account, outcome)
            await settle(tx, leg, told, place.limits[leg.channel], place.bench, at=place.now())
        else:
            await settle_late(tx, leg, outcome, place.bench.terms, at=place.now())

    await place.store.write(act)  # where the lease was lost, a look will find what we sent


async def _of_its_secret(tx: Tx, account: AccountRow, outcome: Outcome) -> Outcome:
    """Give what an outcome says of the account as it is now.

    A platform that turned away a secret which was changed meanwhile says nothing of the new one.
    """
    if not isinstance(outcome, NeedsAuthorisation):
        return outcome
    await lock_account(tx, account.id)
    if (await get_account(tx, account.id)).sealed == account.sealed:
        return outcome
    return NotAccepted(_WITH_THE_NEW, "发送时账号的凭据换过，用新的凭据再发")


async def _place(tx: Tx, legs: tuple[Leg, ...], contents: Mapping[str, Content], *, at: datetime) -> None:
    """Give items their places in the lists of the accounts that keep lists."""
    # In the order of accounts, so that two claims never wait for each other's lists.
    for leg in sorted(legs, key=lambda leg: leg.account_id):
        if leg.channel in ("website", "feed"):
            await place_item(tx, leg.account_id, list_keys(contents[leg.release_id]), leg.item_id, at=at)
