"""Look for a push whose answer was lost: the same call under its key is the look (contract wechat §6.1)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from channels.broadcasts import KEY_KEPT, Broadcasts, DraftGone, NoPlace
from channels.contract import Outcome, OutcomeUnknown, Receipt
from server.core.budgets import looks_used_up
from server.core.gates import regate_all
from server.core.overtaken import end_of
from server.core.push_ends import accept_push, ask_person, record_look
from server.core.reconcile import LOOKS
from server.core.workplace import Workplace
from server.store.accounts import get_account
from server.store.broadcasts import ArticleSeen, PushRow, list_articles, move_push, set_push
from server.store.deliveries import get_delivery, move
from server.store.tx import Tx

_KEY: Final = "tongfa-"
_SOON: Final = timedelta(seconds=30)
_LAST_LOOK: Final = timedelta(minutes=30)
"""So long before a key is forgotten a look is made, whatever the budget says."""

_NEVER_SENT: Final = "群发请求还没有发出，进程中断"
_FORGOTTEN: Final = (
    "群发没有收到答复，超过一天后微信不再认得它，系统不能再查，请登录公众平台查看这次群发是否发出"
)


def key_of(row: PushRow) -> str:
    """Give the `clientmsgid` of a push (contract wechat §6.1: at most 64 bytes)."""
    return f"{_KEY}{row.id}"


async def look_for(place: Workplace, row: PushRow) -> None:
    """Make the call of a push again under its key, or prove that it was never made."""
    async with place.store.read() as tx:
        account = await get_account(tx, row.account_id)
        articles = (await list_articles(tx, (row.id,)))[row.id]
    if any(one.state == "sending" for one in articles):
        async with place.store.begin() as tx:
            await set_push(tx, row.id, due_at=place.now() + _SOON)
        return
    if row.sent_at is None or row.draft is None:  # a draft alone is left from an earlier try
        await place.store.write(lambda tx: _prove_absent(tx, place, row, _NEVER_SENT, at=place.now()))
        return
    if place.now() - row.sent_at > KEY_KEPT:
        await place.store.write(lambda tx: ask_person(tx, row, _FORGOTTEN, "unknown", at=place.now()))
        return
    if await _is_put_off(place, row, row.sent_at):
        return
    channel = place.open_channel(account)
    if not isinstance(channel, Broadcasts):
        raise TypeError(f"{account.channel} does not push")
    outcome = await _look(place, row, row.draft, articles, channel)
    await place.store.write(lambda tx: _settle_look(tx, place, row, outcome, at=place.now()))


async def _look(
    place: Workplace, row: PushRow, draft: str, articles: Sequence[ArticleSeen], channel: Broadcasts
) -> Outcome | NoPlace | DraftGone:
    """Ask by the key; never so that what was taken back meanwhile could go out for the first time."""
    async with place.store.read() as tx:
        legs = [await get_delivery(tx, one.delivery_id) for one in articles]
        taken_back = [leg for leg in legs if leg.state != "unknown" or await end_of(tx, leg)]
    # Without its draft the call can still tell of the first one, and push nothing.
    if taken_back and not await channel.forsake(draft):
        return OutcomeUnknown("草稿删不掉，其中有已撤回的稿件，稍后再查")
    return await channel.push(draft, key_of(row))


def after_unknown(place: Workplace) -> timedelta:
    """Give after how long a push without an answer is looked for."""
    return timedelta(seconds=place.limits["wechat"].settle_after)


async def _settle_look(
    tx: Tx, place: Workplace, row: PushRow, outcome: Outcome | NoPlace | DraftGone, *, at: datetime
) -> None:
    match outcome:
        case Receipt(platform_id):
            await accept_push(tx, place, row, platform_id, at=at)
        case DraftGone(reason):
            await _prove_absent(tx, place, row, reason, at=at)
        # Whatever else it says is no proof: a permission or a quota may be asked about before the key is.
        case _ if row.looks + 1 >= LOOKS:
            await ask_person(tx, row, outcome.reason, "unknown", at=at)
        case _:
            for one in (await list_articles(tx, (row.id,)))[row.id]:
                leg = await get_delivery(tx, one.delivery_id)
                if leg.state == "unknown":
                    await record_look(tx, place, leg, "could_not_look", outcome.reason, at=at)
            wait = after_unknown(place) * 2 ** min(row.looks, 5)
            await set_push(tx, row.id, due_at=at + wait, looks=row.looks + 1)


async def _is_put_off(place: Workplace, row: PushRow, sent_at: datetime) -> bool:
    """Charge a look to the account's day; once they are used up it waits, but not beyond the key."""
    until = await looks_used_up(place.budgets, row.account_id, place.limits["wechat"], at=place.now())
    last = sent_at + KEY_KEPT - _LAST_LOOK
    if until is None or place.now() >= last:
        return False
    async with place.store.begin() as tx:
        await set_push(tx, row.id, due_at=min(until, last))
    return True


async def _prove_absent(tx: Tx, place: Workplace, row: PushRow, why: str, *, at: datetime) -> None:
    """Open a push again that was surely not taken; what was taken back meanwhile ends here."""
    if not await move_push(tx, row.id, "fixed", "open", at=at, due_at=at, sent_at=None):
        return
    articles = sorted((await list_articles(tx, (row.id,)))[row.id], key=lambda one: one.release_id)
    for one in articles:
        leg = await get_delivery(tx, one.delivery_id)
        if leg.state != "unknown":
            continue
        end = await end_of(tx, leg)
        await record_look(tx, place, leg, "absent", why, at=at)
        await move(tx, leg.id, "unknown", "ready", at=at, due_at=None, reason=None, who_acts="clock")
        if end is not None:
            await move(tx, leg.id, "ready", end, at=at, who_acts="nobody")
    await regate_all(tx, [one.release_id for one in articles], place.bench.calendar, at=at)
