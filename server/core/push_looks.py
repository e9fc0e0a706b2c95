"""Look for a push whose answer was lost: the same call under its key is the look (contract wechat §6.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from channels.broadcasts import KEY_KEPT, Broadcasts, DraftGone, Gathered, Misfits, NoPlace
from channels.contract import CouldNotLook, Outcome, OutcomeUnknown, Post, Receipt, Refused
from server.core.budgets import looks_used_up
from server.core.fence import fenced
from server.core.gates import regate_all
from server.core.overtaken import end_of
from server.core.push_ends import accept_push, ask_person, record_look
from server.core.reconcile import LOOKS
from server.core.workplace import Workplace, read_leg
from server.store.accounts import get_account
from server.store.broadcasts import ArticleSeen, PushRow, list_articles, lock_push, move_push, set_push
from server.store.deliveries import get_delivery, move
from server.store.tx import Tx

_KEY: Final = "tongfa-"
_SOON: Final = timedelta(seconds=30)
_LAST_LOOK: Final = timedelta(minutes=30)
"""So long before a key is forgotten a look is made, whatever the budget says."""

_AT_ONCE: Final = timedelta(minutes=1)
"""So long after the question whether anything was taken back its call may leave: what was withdrawn while the
process stood still must not go out for the first time by a look."""

_UNDER_WAY: Final = timedelta(minutes=35)
"""So long a push may be under way: its administrator has half an hour to consent (contract wechat §6)."""

_LAY_THERE: Final = "草稿一直在草稿箱里，微信没有收到这次群发"
_NEVER_SENT: Final = "群发请求还没有发出，进程中断"
_DRAFT_GONE: Final = (
    "群发没有收到答复，其中有已撤回的稿件，草稿已不在草稿箱里，请登录公众平台查看这次群发是否发出"
)
_FORGOTTEN: Final = (
    "群发没有收到答复，超过一天后微信不再认得它，系统不能再查，请登录公众平台查看这次群发是否发出"
)


@dataclass(frozen=True, slots=True)
class NeverTaken:
    """Proof that the platform never took the push."""

    reason: str


@dataclass(frozen=True, slots=True)
class Untold:
    """No call that may be made can tell what became of the push."""

    reason: str


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
        never = NeverTaken(_NEVER_SENT)
        await place.store.write(lambda tx: _settle_look(tx, place, row, never, None, at=place.now()))
        return
    if place.now() - row.sent_at > KEY_KEPT:
        untold = Untold(_FORGOTTEN)
        await place.store.write(lambda tx: _settle_look(tx, place, row, untold, None, at=place.now()))
        return
    if await _is_put_off(place, row, row.sent_at):
        return
    channel = place.open_channel(account)
    if not isinstance(channel, Broadcasts):
        raise TypeError(f"{account.channel} does not push")
    outcome, draft = await _look(place, row, row.draft, articles, channel)
    await place.store.write(lambda tx: _settle_look(tx, place, row, outcome, draft, at=place.now()))


async def posts_of(place: Workplace, articles: Sequence[ArticleSeen]) -> Sequence[Post] | Misfits:
    """Give what the articles of a push say, in their order."""
    posts, refused = list[Post](), dict[int, Refused]()
    for number, one in enumerate(articles):
        try:
            posts.append((await read_leg(place, one.delivery_id)).post)
        except ValueError:
            refused[number] = Refused("稿件存储的内容读不出来，请管理员检查数据库", "operator")
    return Misfits(refused) if refused else posts


async def _look(
    place: Workplace, row: PushRow, draft: str, articles: Sequence[ArticleSeen], channel: Broadcasts
) -> tuple[Outcome | NoPlace | NeverTaken | Untold, str]:
    """Ask by the key, and give the draft that it was asked with.

    Never so that what was taken back meanwhile could go out for the first time.
    """
    asked_at = place.now()
    if await _is_taken_back(place, articles):
        return await _look_without_pushing(place, row, draft, channel), draft
    outcome = await _push(place, row, draft, channel, asked_at)
    if not isinstance(outcome, DraftGone):
        return outcome, draft
    # The first call may have used the draft up: with the same articles in another one the key is looked for
    # in any case. Until that answers the push keeps its first draft, the one whose absence tells something.
    posts = await posts_of(place, articles)
    gathered = await channel.gather(posts, None) if not isinstance(posts, Misfits) else posts
    if not isinstance(gathered, Gathered):
        return OutcomeUnknown("草稿已不在草稿箱里，重新存入也没有成功，稍后再查"), draft
    asked_at = place.now()
    if await _is_taken_back(place, articles):  # while it was gathered
        return OutcomeUnknown("其中有已撤回的稿件，稍后再查"), draft
    outcome = await _push(place, row, gathered.draft, channel, asked_at)
    told = OutcomeUnknown(outcome.reason) if isinstance(outcome, DraftGone) else outcome
    return told, gathered.draft


async def _is_taken_back(place: Workplace, articles: Sequence[ArticleSeen]) -> bool:
    """Say whether any article was withdrawn or replaced since the first call."""
    async with place.store.read() as tx:
        legs = [await get_delivery(tx, one.delivery_id) for one in articles]
        return any([leg.state != "unknown" or await end_of(tx, leg) for leg in legs])


async def _push(
    place: Workplace, row: PushRow, draft: str, channel: Broadcasts, asked_at: datetime
) -> Outcome | NoPlace | DraftGone:
    """Make the call again, written down before its first byte: where the first got lost, it pushes."""
    async with place.store.begin() as tx:
        await set_push(tx, row.id, changed_at=place.now())
    with fenced(lambda: place.now() < asked_at + _AT_ONCE):
        return await channel.push(draft, key_of(row))


async def _look_without_pushing(
    place: Workplace, row: PushRow, draft: str, channel: Broadcasts
) -> Outcome | NoPlace | NeverTaken | Untold:
    """Ask by the key once the draft is gone: that can tell of the first call, and bring nothing out.

    As long as the draft lies there nobody has received the push. It was not taken if the draft still lies
    there once no push can be under way any more.
    """
    lies = await channel.lies(draft)
    if isinstance(lies, CouldNotLook):
        return OutcomeUnknown(lies.reason)
    last_call = max(row.changed_at, row.sent_at or row.changed_at)
    is_over = place.now() - last_call >= _UNDER_WAY
    if lies and not is_over:
        return OutcomeUnknown("其中有已撤回的稿件，草稿还在草稿箱里，这次群发还没有送达")
    if lies and await channel.forsake(draft) is not True:
        return OutcomeUnknown("草稿删不掉，其中有已撤回的稿件，稍后再查")
    outcome = await channel.push(draft, key_of(row))
    if not isinstance(outcome, DraftGone):
        return outcome
    return NeverTaken(_LAY_THERE) if lies else Untold(_DRAFT_GONE)


def after_unknown(place: Workplace) -> timedelta:
    """Give after how long a push without an answer is looked for."""
    return timedelta(seconds=place.limits["wechat"].settle_after)


async def _settle_look(
    tx: Tx,
    place: Workplace,
    row: PushRow,
    outcome: Outcome | NoPlace | NeverTaken | Untold,
    draft: str | None,
    *,
    at: datetime,
) -> None:
    if not await lock_push(tx, row):
        return  # it was sent again since, of which this look says nothing
    match outcome:
        case Receipt(platform_id):
            await set_push(tx, row.id, draft=draft)
            await accept_push(tx, place, row, platform_id, at=at)
        case NeverTaken(reason):
            await _prove_absent(tx, place, row, reason, at=at)
        case Untold(reason):
            await ask_person(tx, row, reason, "unknown", at=at)
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
