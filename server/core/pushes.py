"""Carry a push: fix its articles, gather and send them once, and see how it ended (invariants 3, 4 and 9).

A push is one call for up to eight deliveries, so the push decides for all of them: while it is under way
none of its deliveries is looked at by itself. Its key is its id, which stands committed before the first
byte; only a push that the platform never took is opened again, and one that failed leaves its place to
another with another key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from channels.broadcasts import (
    Broadcasts,
    DraftGone,
    Gathered,
    Misfits,
    NoPlace,
)
from channels.contract import (
    ByHand,
    NeedsAuthorisation,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Receipt,
    Refused,
)
from server.core.budgets import allowances_of, say_used_up
from server.core.days import day_of
from server.core.fence import fenced
from server.core.gates import LATE, regate_all
from server.core.push_ends import accept_push, confirm_push, fail_push
from server.core.push_looks import after_unknown, key_of, look_for, posts_of
from server.core.seating import period_of
from server.core.settle import back_off, settle
from server.core.workplace import Workplace
from server.store.accounts import get_account
from server.store.broadcasts import (
    ArticleSeen,
    BroadcastPlan,
    PushRow,
    claim_articles,
    delete_push,
    find_push,
    get_push,
    leave_seats,
    list_articles,
    list_plans,
    lock_plan,
    lock_push,
    move_push,
    set_push,
    set_used_up,
)
from server.store.deliveries import get_delivery, move_all, put_off
from server.store.gates import insert_late_marks
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Begun:
    """A push that was fixed just now, and its articles in their order, each with its open attempt."""

    row: PushRow
    articles: tuple[ArticleSeen, ...]
    lease_until: datetime


async def carry_push(place: Workplace, push_id: str) -> None:
    """Do what is due for one push: send it, look for it, or see how it ended."""
    async with place.store.read() as tx:
        row = await find_push(tx, push_id)
    match row:
        case PushRow(state="open"):
            if await _is_put_off(place, row):
                return
            since = place.uptime()
            begun = await place.store.write(lambda tx: fix(tx, place, push_id, at=place.now()))
            if begun is not None:
                await _send(place, begun, since=since)
            elif row.draft is not None:
                await _forsake(place, row)
        case PushRow(state="fixed"):
            await look_for(place, row)
        case PushRow(state="sent"):
            await confirm_push(place, row)
        case _:
            return  # somebody else was quicker


async def _is_put_off(place: Workplace, row: PushRow) -> bool:
    """Charge the account's budget, one call; when it is used up, let the push wait for the next window.

    Asked before anything is fixed: articles may still come and go, and other seats are given once a day ends.
    """
    at = place.now()
    async with place.store.read() as tx:
        account = await get_account(tx, row.account_id)
        plan = (await list_plans(tx, frozenset((row.account_id,)))).get(row.account_id)
        articles = (await list_articles(tx, (row.id,)))[row.id]
    if plan is None or not _goes(plan, row, articles, at=at):
        return False  # it will be taken apart, which costs nothing
    allowances = allowances_of(account.settings, place.limits[account.channel], at=at)
    used_up = await place.budgets.take(account.id, allowances)
    if used_up is None:
        return False
    until, why = at + timedelta(seconds=used_up.ends_in), say_used_up(used_up)
    async with place.store.begin() as tx:
        await move_push(tx, row.id, "open", "open", at=at, due_at=until, reason=why)
    return True


async def _forsake(place: Workplace, row: PushRow) -> None:
    """Drop the draft of a push that will never go; a worker that dies before leaves it lying there."""
    async with place.store.read() as tx:
        kept = await find_push(tx, row.id)
        account = await get_account(tx, row.account_id)
    if row.draft is None or (kept is not None and kept.state != "failed"):
        return  # another worker has it in hand
    channel = place.open_channel(account)
    if isinstance(channel, Broadcasts):
        await channel.forsake(row.draft)


async def fix(tx: Tx, place: Workplace, push_id: str, *, at: datetime) -> Begun | None:
    """Fix an open push: its articles and their order change no more, and each gets its attempt.

    None when nothing goes: it is empty, or its period is over and its articles got other seats.
    """
    before = (await list_articles(tx, (push_id,)))[push_id]
    releases = tuple(one.release_id for one in before)
    # Last look at every gate: words may have come into the list that nobody answers for (invariant 6).
    await regate_all(tx, releases, place.bench.calendar, at=at)
    row = await find_push(tx, push_id)
    plan = None if row is None else await lock_plan(tx, row.account_id)
    if row is None or row.state != "open":
        return None
    articles = (await list_articles(tx, (push_id,)))[push_id]
    going = _going(articles)
    if plan is None or not _goes(plan, row, articles, at=at):
        await delete_push(tx, push_id)
        await regate_all(tx, releases, place.bench.calendar, at=at)
        return None
    await leave_seats(tx, (one.delivery_id for one in articles if one not in going))
    lease_until = at + place.lease
    claims = {one.delivery_id: place.bench.new_id() for one in going}
    await claim_articles(tx, claims, worker=place.worker, at=at, lease_until=lease_until)
    await move_push(tx, push_id, "open", "fixed", at=at, due_at=None, tries=row.tries + 1, reason=None)
    if row.tries == 0 and at - row.slot_at > LATE:
        await insert_late_marks(tx, ((key, row.slot_at) for key in claims), at=at)
    fixed = (await list_articles(tx, (push_id,)))[push_id]
    return Begun(await get_push(tx, push_id), tuple(fixed), lease_until)


def _going(articles: Sequence[ArticleSeen]) -> tuple[ArticleSeen, ...]:
    return tuple(one for one in articles if one.waits and one.gate == "quota")


def _goes(plan: BroadcastPlan, row: PushRow, articles: Sequence[ArticleSeen], *, at: datetime) -> bool:
    return period_of(plan.kind, at) == row.period and bool(_going(articles))


async def _send(place: Workplace, begun: Begun, *, since: float) -> None:
    attempts = tuple(one.attempt_id or "" for one in begun.articles)
    place.hold(attempts, begun.lease_until, since=since)  # committed by now, and not before
    try:
        async with place.store.read() as tx:
            account = await get_account(tx, begun.row.account_id)
        channel = place.open_channel(account)
        if not isinstance(channel, Broadcasts):
            raise TypeError(f"{account.channel} does not push")
        posts = await posts_of(place, begun.articles)
        gathered = await channel.gather(posts, begun.row.draft) if not isinstance(posts, Misfits) else posts
        if not isinstance(gathered, Gathered):
            await _write_settled(place, begun, gathered)
            return
        if not all(place.holds(key) for key in attempts):
            return  # the lease is over: a look decides, and it finds that nothing was sent
        async with place.store.begin() as tx:
            if not await lock_push(tx, begun.row):
                return  # given up meanwhile, and perhaps begun anew
            await set_push(tx, begun.row.id, draft=gathered.draft, sent_at=place.now())
        with fenced(lambda: all(place.holds(key) for key in attempts)):
            outcome = await channel.push(gathered.draft, key_of(begun.row))
        if isinstance(outcome, DraftGone):  # somebody deleted it between two calls of ours
            outcome = NotAccepted(60.0, outcome.reason)
        await _write_settled(place, begun, outcome)
        await _forsake(place, replace(begun.row, draft=gathered.draft))
    except ValueError as error:
        await _write_settled(place, begun, Refused(f"账号设置不完整：{error}", "operator"))
    finally:
        for key in attempts:
            place.memory.held.pop(key, None)


async def _write_settled(place: Workplace, begun: Begun, outcome: Outcome | Misfits | NoPlace) -> None:
    async def act(tx: Tx) -> None:
        if await lock_push(tx, begun.row):  # else its lease was lost, and a look has decided since
            await _settle(tx, place, begun, outcome, at=place.now())

    await place.store.write(act)


async def _settle(
    tx: Tx, place: Workplace, begun: Begun, outcome: Outcome | Misfits | NoPlace, *, at: datetime
) -> None:
    row = begun.row
    match outcome:
        case Receipt(platform_id):
            await accept_push(tx, place, row, platform_id, at=at)
        case Misfits(refused):
            for number, one in enumerate(begun.articles):
                told = refused.get(number) or NotAccepted(0.0, "同一次群发里有文章不合要求，去掉后重新群发")
                await _settle_leg(tx, place, one, told, at=at)
            await leave_seats(tx, (begun.articles[number].delivery_id for number in refused))
            await _open_again(tx, place, begun, None, at, at=at)
        case NotAccepted(after):
            await _settle_all(tx, place, begun, outcome, at=at)
            due_at = at + back_off(after, row.tries, place.bench.chance())
            await _open_again(tx, place, begun, outcome.reason, due_at, at=at)
        case NoPlace(reason):
            await _settle_all(tx, place, begun, NotAccepted(0.0, reason), at=at)
            await set_used_up(tx, row.account_id, day_of(at))
            await fail_push(tx, place, row, reason, begun.articles, old="fixed", at=at)
        case OutcomeUnknown() if not (await get_push(tx, row.id)).sent_at:
            # Nothing public was asked for yet, and the next try finds what draft this one left.
            await _settle(tx, place, begun, NotAccepted(60.0, outcome.reason), at=at)
        case OutcomeUnknown():
            await _settle_all(tx, place, begun, outcome, at=at)
            for one in begun.articles:
                await put_off(tx, one.delivery_id, "unknown", None)
            await set_push(tx, row.id, due_at=at + after_unknown(place))
        case Refused(reason) | NeedsAuthorisation(reason) | ByHand(reason):
            final = Refused(reason, "owner") if isinstance(outcome, ByHand) else outcome
            await _settle_all(tx, place, begun, final, at=at)
            await fail_push(tx, place, row, reason, (), old="fixed", at=at)
        case _:
            assert_never(outcome)


async def _settle_all(tx: Tx, place: Workplace, begun: Begun, outcome: Outcome, *, at: datetime) -> None:
    for one in sorted(begun.articles, key=lambda one: one.release_id):
        await _settle_leg(tx, place, one, outcome, at=at)


async def _settle_leg(
    tx: Tx, place: Workplace, article: ArticleSeen, outcome: Outcome, *, at: datetime
) -> None:
    """Settle one delivery, if it is still ours; what the platform did not take waits for a push again."""
    leg = await get_delivery(tx, article.delivery_id)
    if (leg.state, leg.attempt_id) != ("sending", article.attempt_id):
        return  # the lease was lost: a look decides
    await settle(tx, leg, outcome, place.limits[leg.channel], place.bench, at=at)
    if isinstance(outcome, NotAccepted):
        await move_all(
            tx, (leg.id,), ("retry_wait",), "waiting", at=at, gate="quota", due_at=None,
            reason=outcome.reason or None, who_acts="clock",
        )  # fmt: skip


async def _open_again(
    tx: Tx, place: Workplace, begun: Begun, why: str | None, due_at: datetime, *, at: datetime
) -> None:
    """Let a push that was surely not taken take articles again, and go when it is due."""
    moved = await move_push(
        tx, begun.row.id, "fixed", "open", at=at, due_at=due_at, sent_at=None, reason=why or None
    )
    if moved:
        releases = [one.release_id for one in begun.articles]
        await regate_all(tx, releases, place.bench.calendar, at=at)
