"""Carry a push: fix its articles, gather and send them once, and see how it ended (invariants 3, 4 and 9).

A push is one call for up to eight deliveries, so the push decides for all of them: while it is under way
none of its deliveries is looked at by itself. Its key is its id, which stands committed before the first
byte; only a push that the platform never took is opened again, and one that failed leaves its place to
another with another key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from channels.broadcasts import (
    KEY_KEPT,
    Broadcasts,
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
    Post,
    Receipt,
    Refused,
)
from server.core.gates import LATE, regate_all
from server.core.push_ends import ask_person, confirm_push, fail_push, record_look
from server.core.reconcile import LOOKS
from server.core.seating import period_of
from server.core.settle import back_off, settle
from server.core.workplace import Workplace, read_leg
from server.store.accounts import get_account
from server.store.broadcasts import (
    ArticleSeen,
    PushRow,
    claim_articles,
    delete_push,
    find_push,
    get_push,
    leave_seats,
    list_articles,
    lock_plan,
    move_push,
    set_push,
)
from server.store.deliveries import get_delivery, move_all, put_off
from server.store.gates import insert_late_marks
from server.store.tx import Tx

_KEY: Final = "tongfa-"
_SOON: Final = timedelta(seconds=30)
_NEVER_SENT: Final = "群发请求还没有发出，进程中断"


@dataclass(frozen=True, slots=True)
class Begun:
    """A push that was fixed just now, and its articles in their order, each with its open attempt."""

    row: PushRow
    articles: tuple[ArticleSeen, ...]


async def carry_push(place: Workplace, push_id: str) -> None:
    """Do what is due for one push: send it, look for it, or see how it ended."""
    async with place.store.read() as tx:
        row = await find_push(tx, push_id)
    match row:
        case PushRow(state="open"):
            begun = await place.store.write(lambda tx: fix(tx, place, push_id, at=place.now()))
            if begun is not None:
                await _send(place, begun)
        case PushRow(state="fixed"):
            await _look_for(place, row)
        case PushRow(state="sent"):
            await confirm_push(place, row)
        case _:
            return  # somebody else was quicker


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
    going = tuple(one for one in articles if one.waits and one.gate == "quota")
    if plan is None or period_of(plan.kind, at) != row.period or not going:
        await delete_push(tx, push_id)
        await regate_all(tx, releases, place.bench.calendar, at=at)
        return None
    await leave_seats(tx, (one.delivery_id for one in articles if one not in going))
    lease_until = at + place.lease
    claims = {one.delivery_id: place.bench.new_id() for one in going}
    await claim_articles(tx, claims, worker=place.worker, at=at, lease_until=lease_until)
    await move_push(tx, push_id, "open", "fixed", at=at, due_at=None, tries=row.tries + 1)
    if row.tries == 0 and at - row.slot_at > LATE:
        await insert_late_marks(tx, ((key, row.slot_at) for key in claims), at=at)
    for attempt_id in claims.values():
        place.memory.held[attempt_id] = lease_until
    fixed = (await list_articles(tx, (push_id,)))[push_id]
    return Begun(await get_push(tx, push_id), tuple(fixed))


async def _send(place: Workplace, begun: Begun) -> None:
    attempts = tuple(one.attempt_id or "" for one in begun.articles)
    try:
        async with place.store.read() as tx:
            account = await get_account(tx, begun.row.account_id)
        channel = place.open_channel(account)
        if not isinstance(channel, Broadcasts):
            raise TypeError(f"{account.channel} does not push")
        posts = await _posts(place, begun)
        gathered = await channel.gather(posts) if not isinstance(posts, Misfits) else posts
        if not isinstance(gathered, Gathered):
            await _write_settled(place, begun, gathered)
            return
        if not _holds(place, attempts):
            return  # the lease is over: a look decides, and it finds that nothing was sent
        async with place.store.begin() as tx:
            await set_push(tx, begun.row.id, draft=gathered.draft, sent_at=place.now())
        outcome = await channel.push(gathered.draft, key_of(begun.row))
        await _write_settled(place, begun, outcome)
    except ValueError as error:
        await _write_settled(place, begun, Refused(f"账号设置不完整：{error}", "operator"))
    finally:
        for key in attempts:
            place.memory.held.pop(key, None)


def key_of(row: PushRow) -> str:
    """Give the `clientmsgid` of a push (contract wechat §6.1: at most 64 bytes)."""
    return f"{_KEY}{row.id}"


async def _posts(place: Workplace, begun: Begun) -> Sequence[Post] | Misfits:
    posts, refused = list[Post](), dict[int, Refused]()
    for number, one in enumerate(begun.articles):
        try:
            posts.append((await read_leg(place, one.delivery_id)).post)
        except ValueError:
            refused[number] = Refused("稿件存储的内容读不出来，请管理员检查数据库", "operator")
    return Misfits(refused) if refused else posts


def _holds(place: Workplace, attempts: tuple[str, ...]) -> bool:
    return all(place.memory.held.get(key, place.now()) > place.now() for key in attempts)


async def _write_settled(place: Workplace, begun: Begun, outcome: Outcome | Misfits | NoPlace) -> None:
    await place.store.write(lambda tx: _settle(tx, place, begun, outcome, at=place.now()))


async def _settle(
    tx: Tx, place: Workplace, begun: Begun, outcome: Outcome | Misfits | NoPlace, *, at: datetime
) -> None:
    row = begun.row
    match outcome:
        case Receipt(platform_id):
            await _accept(tx, place, row, platform_id, at=at)
        case Misfits(refused):
            for number, one in enumerate(begun.articles):
                told = refused.get(number) or NotAccepted(0.0, "同一次群发里有文章不合要求，去掉后重新群发")
                await _settle_leg(tx, place, one, told, at=at)
            await leave_seats(tx, (begun.articles[number].delivery_id for number in refused))
            await _open_again(tx, place, begun, at, at=at)
        case NotAccepted(after):
            await _settle_all(tx, place, begun, outcome, at=at)
            await _open_again(tx, place, begun, at + back_off(after, row.tries, place.bench.chance()), at=at)
        case NoPlace(reason):
            await _settle_all(tx, place, begun, NotAccepted(0.0, reason), at=at)
            await fail_push(tx, place, row, reason, begun.articles, old="fixed", at=at)
        case OutcomeUnknown() if not (await get_push(tx, row.id)).sent_at:
            # Nothing public was asked for yet: a draft may lie there twice.
            await _settle(tx, place, begun, NotAccepted(60.0, outcome.reason), at=at)
        case OutcomeUnknown():
            await _settle_all(tx, place, begun, outcome, at=at)
            for one in begun.articles:
                await put_off(tx, one.delivery_id, "unknown", None)
            await set_push(tx, row.id, due_at=at + _after_unknown(place))
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


async def _open_again(tx: Tx, place: Workplace, begun: Begun, due_at: datetime, *, at: datetime) -> None:
    """Let a push that was surely not taken take articles again, and go when it is due."""
    moved = await move_push(tx, begun.row.id, "fixed", "open", at=at, due_at=due_at, draft=None, sent_at=None)
    if moved:
        releases = [one.release_id for one in begun.articles]
        await regate_all(tx, releases, place.bench.calendar, at=at)


async def _accept(tx: Tx, place: Workplace, row: PushRow, job: str, *, at: datetime) -> None:
    """Keep the platform's number: every article is accepted, and the push is asked how it ends."""
    account = await get_account(tx, row.account_id)
    limits = place.limits[account.channel]
    channel = place.open_channel(account)
    if not isinstance(channel, Broadcasts):
        raise TypeError(f"{account.channel} does not push")
    due = at + timedelta(seconds=limits.confirm_after[0])
    if not await move_push(tx, row.id, "fixed", "sent", at=at, job=job, due_at=due, looks=0):
        return
    articles = (await list_articles(tx, (row.id,)))[row.id]
    for number, one in enumerate(articles, start=1):
        leg = await get_delivery(tx, one.delivery_id)
        if leg.state not in ("sending", "unknown"):
            continue
        if leg.state == "unknown":
            await record_look(tx, place, leg, "found", job, at=at)
        await settle(tx, leg, channel.receipt_in_push(job, number, None, None), limits, place.bench, at=at)
        await put_off(tx, leg.id, "accepted", None)


async def _look_for(place: Workplace, row: PushRow) -> None:
    """Look for a push whose answer was lost: under its key the platform tells of the first call (§6.1)."""
    async with place.store.read() as tx:
        account = await get_account(tx, row.account_id)
        articles = (await list_articles(tx, (row.id,)))[row.id]
    if any(one.state == "sending" for one in articles):
        async with place.store.begin() as tx:
            await set_push(tx, row.id, due_at=place.now() + _SOON)
        return
    if row.sent_at is None or row.draft is None:
        await place.store.write(lambda tx: _prove_absent(tx, place, row, at=place.now()))
        return
    if place.now() - row.sent_at > KEY_KEPT:
        why = "群发没有收到答复，超过一天后微信不再认得它，系统不能再查，请登录公众平台查看这次群发是否发出"
        await place.store.write(lambda tx: ask_person(tx, row, why, "unknown", at=place.now()))
        return
    channel = place.open_channel(account)
    if not isinstance(channel, Broadcasts):
        raise TypeError(f"{account.channel} does not push")
    outcome = await channel.push(row.draft, key_of(row))

    async def act(tx: Tx) -> None:
        at = place.now()
        if isinstance(outcome, Receipt):
            await _accept(tx, place, row, outcome.platform_id, at=at)
            return
        # Whatever else it says is no proof: a permission or a quota may be asked about before the key is.
        why = outcome.reason
        if row.looks + 1 >= LOOKS:
            await ask_person(tx, row, why, "unknown", at=at)
            return
        for one in articles:
            leg = await get_delivery(tx, one.delivery_id)
            if leg.state == "unknown":
                await record_look(tx, place, leg, "could_not_look", why, at=at)
        wait = _after_unknown(place) * 2 ** min(row.looks, 5)
        await set_push(tx, row.id, due_at=at + wait, looks=row.looks + 1)

    await place.store.write(act)


async def _prove_absent(tx: Tx, place: Workplace, row: PushRow, *, at: datetime) -> None:
    """Open a push again for which nothing was sent: the note that stands before the first byte is missing."""
    if not await move_push(tx, row.id, "fixed", "open", at=at, due_at=at, draft=None, sent_at=None):
        return
    articles = (await list_articles(tx, (row.id,)))[row.id]
    for one in articles:
        leg = await get_delivery(tx, one.delivery_id)
        if leg.state == "unknown":
            await record_look(tx, place, leg, "absent", _NEVER_SENT, at=at)
            await move_all(tx, (leg.id,), ("unknown",), "ready", at=at, due_at=None, reason=None)
    await regate_all(tx, [one.release_id for one in articles], place.bench.calendar, at=at)


def _after_unknown(place: Workplace) -> timedelta:
    return timedelta(seconds=place.limits["wechat"].settle_after)
