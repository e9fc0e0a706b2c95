"""How a push ends that the platform took: live for all of its articles, or failed (contract wechat §6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from channels.broadcasts import Broadcasts, PushFailed, PushStands
from channels.contract import CouldNotLook, Refused
from server.core.budgets import looks_used_up
from server.core.confirm import PATIENCE
from server.core.gates import fill_vacancies, regate_all
from server.core.overtaken import end_of
from server.core.settle import settle
from server.core.workplace import Workplace
from server.store.accounts import get_account
from server.store.attempts import insert_look
from server.store.broadcasts import (
    ArticleSeen,
    PushRow,
    PushState,
    list_articles,
    lock_push,
    move_push,
    set_push,
)
from server.store.deliveries import DeliverySeen, get_delivery, move, move_all, put_off
from server.store.releases import lock_releases
from server.store.tx import Tx

MOST_TRIES: Final = 3
"""So often an article goes into a push that failed without a reason; then a person must look."""


async def confirm_push(place: Workplace, row: PushRow) -> None:
    """Ask the platform how a push stands, and write down what it says."""
    async with place.store.read() as tx:
        account = await get_account(tx, row.account_id)
    channel = place.open_channel(account)
    if not isinstance(channel, Broadcasts) or row.job is None:
        raise TypeError(f"{account.channel} does not push")
    until = await looks_used_up(place.budgets, account.id, place.limits[account.channel], at=place.now())
    if until is not None:
        async with place.store.begin() as tx:
            await set_push(tx, row.id, due_at=until)
        return
    stands = await channel.look_at_push(row.job)
    if stands == PushStands("live") and row.draft is not None:
        await channel.forsake(row.draft)  # used up by the push, unless it only asked for it (push_looks.py)

    async def act(tx: Tx) -> None:
        if await lock_push(tx, row):  # else somebody else was quicker
            await _settle_end(tx, place, row, channel, stands, at=place.now())

    await place.store.write(act)
    if isinstance(stands, PushFailed) and not stands.is_deleted and row.draft is not None:
        await channel.forsake(row.draft)  # a push that failed does not use its draft up


async def _settle_end(
    tx: Tx,
    place: Workplace,
    row: PushRow,
    channel: Broadcasts,
    stands: PushStands | PushFailed | CouldNotLook,
    *,
    at: datetime,
) -> None:
    waits = place.limits["wechat"].confirm_after
    match stands:
        case PushStands("live"):
            await _go_live(tx, place, row, channel, at=at)
        case PushFailed():
            await _failed(tx, place, row, stands, at=at)
        case PushStands() | CouldNotLook() if at - row.changed_at > PATIENCE:
            why = "微信受理群发已超过两天仍没有结果，请登录公众平台查看"
            await ask_person(tx, row, why, "accepted", at=at)
        case PushStands() | CouldNotLook():
            wait = waits[min(row.looks + 1, len(waits) - 1)]
            await set_push(tx, row.id, due_at=at + timedelta(seconds=wait), looks=row.looks + 1)
        case _:
            assert_never(stands)


async def accept_push(tx: Tx, place: Workplace, row: PushRow, job: str, *, at: datetime) -> None:
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


async def fail_push(
    tx: Tx,
    place: Workplace,
    row: PushRow,
    reason: str,
    again: Sequence[ArticleSeen],
    *,
    old: PushState,
    at: datetime,
) -> None:
    """Let a push fail: its place is free, and what goes again gets another seat, under another key."""
    await move_push(tx, row.id, old, "failed", at=at, due_at=None, reason=reason)
    await regate_all(tx, [one.release_id for one in again], place.bench.calendar, at=at)
    await fill_vacancies(tx, frozenset((row.account_id,)), place.bench.calendar, at=at)


async def ask_person(tx: Tx, row: PushRow, why: str, state: str, *, at: datetime) -> None:
    """Leave what no machine can see to a person, article by article; the push keeps its place."""
    articles = (await list_articles(tx, (row.id,)))[row.id]
    await move_all(
        tx, tuple(one.delivery_id for one in articles), (state,), "needs_person", at=at,
        due_at=None, reason=why, who_acts="operator",
    )  # fmt: skip
    await set_push(tx, row.id, due_at=None, reason=why)


async def record_look(
    tx: Tx, place: Workplace, leg: DeliverySeen, sighting: str, reason: str, *, at: datetime
) -> None:
    """Record a look at a delivery that was made for its push (invariant 4)."""
    await insert_look(
        tx, id=place.bench.new_id(), delivery_id=leg.id, sighting=sighting, reason=reason, at=at
    )


async def _go_live(tx: Tx, place: Workplace, row: PushRow, channel: Broadcasts, *, at: datetime) -> None:
    if row.job is None or not await move_push(tx, row.id, "sent", "done", at=at, due_at=None):
        return
    articles = (await list_articles(tx, (row.id,)))[row.id]
    # All of them before the first is counted, as settling one by one would lock them after that.
    await lock_releases(tx, frozenset(one.release_id for one in articles))
    numbered = sorted(enumerate(articles, start=1), key=lambda one: one[1].release_id)
    for number, one in numbered:
        leg = await get_delivery(tx, one.delivery_id)
        if leg.state == "accepted":
            receipt = channel.receipt_in_push(row.job, number, one.link, at)
            await settle(tx, leg, receipt, place.limits[leg.channel], place.bench, at=at)


async def _failed(tx: Tx, place: Workplace, row: PushRow, end: PushFailed, *, at: datetime) -> None:
    """Name the articles that are at fault to their editors; the others go with the next push."""
    articles = (await list_articles(tx, (row.id,)))[row.id]
    blamed = any(one.fault for one in articles)
    again = []
    for number, one in enumerate(articles, start=1):
        leg = await get_delivery(tx, one.delivery_id)
        if leg.state != "accepted":
            continue
        told = _refusal(row, end, one, leg, number, is_blamed=blamed)
        is_final = told is not None
        refused = told or Refused(f"{end.reason}，改在下一个时段群发", "editor")
        await settle(tx, leg, refused, place.limits[leg.channel], place.bench, at=at)
        if not is_final and await move_all(
            tx, (leg.id,), ("refused",), "ready", at=at, due_at=None, reason=None, who_acts="clock"
        ):
            overtaken = await end_of(tx, leg)
            if overtaken is not None:  # a newer version was released meanwhile
                await move(tx, leg.id, "ready", overtaken, at=at, who_acts="nobody")
            again.append(one)
    if not end.is_deleted:
        await fail_push(tx, place, row, row.told or end.reason, again, old="sent", at=at)
        return
    # It reached readers before it was deleted, by us perhaps, one by one: its place in the period is used.
    await move_push(tx, row.id, "sent", "done", at=at, due_at=None, reason=end.reason)
    await regate_all(tx, [one.release_id for one in again], place.bench.calendar, at=at)


def _refusal(
    row: PushRow, end: PushFailed, article: ArticleSeen, leg: DeliverySeen, number: int, *, is_blamed: bool
) -> Refused | None:
    """Say why an article of a failed push does not go again by itself; None when it does."""
    if article.fault:
        return Refused(f"群发没有通过，第{number}条：{article.fault}", "editor")
    if is_blamed:
        return None
    if end.is_deleted:
        return Refused(end.reason, "owner")
    if row.told:
        return Refused(f"群发没有通过：{row.told}。微信没有说明是哪一条，请逐条核对", "editor")
    if leg.tries >= MOST_TRIES:
        return Refused(f"{end.reason}，已试过{leg.tries}次，请登录公众平台查看原因", "operator")
    return None
