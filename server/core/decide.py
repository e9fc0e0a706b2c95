"""A person decides what no machine can: it is there, it is not, give up; or grants a permission again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels.contract import KnowsHosts, Receipt
from channels.hosts import host_of, is_below
from server.core.acts import Verb, note, of_account, of_leg
from server.core.gates import regate
from server.core.overtaken import end_of
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.core.settle import Bench, go_live
from server.store.accounts import AccountRow, get_account, move_account
from server.store.attempts import insert_look
from server.store.deliveries import (
    DeliverySeen,
    LostRace,
    find_delivery,
    get_delivery,
    list_deliveries,
    list_of_account,
    move,
    move_all,
)
from server.store.releases import lock_releases
from server.store.tx import Tx
from server.store.words import APART

Verdict = Literal["it_is_there", "it_is_not_there", "give_up"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person saw; `link` and `live_at` are asked for when it is there.

    `tries` is after how many tries he looked: a page left open may tell of an earlier one. None: not said.
    `is_elsewhere`: he stands by a link on a host that the channel does not know; platforms do move.
    """

    verdict: Verdict
    link: str | None = None
    live_at: datetime | None = None
    reason: str | None = None
    tries: int | None = None
    is_elsewhere: bool = False


async def decide(
    tx: Tx,
    delivery_id: str,
    decision: Decision,
    bench: Bench,
    open_channel: OpenChannel,
    *,
    by: str,
    at: datetime,
) -> DeliverySeen:
    """Settle a delivery that needs a person by his decision; the decision is recorded as a look of his."""
    leg = await find_delivery(tx, delivery_id)
    if leg is None:
        raise Problem("unknown_delivery", "没有这条投递记录")
    # As settle() does, and first of all: a withdrawal under way would not see this delivery live, nor we it.
    await lock_releases(tx, frozenset((leg.release_id,)))
    leg = await get_delivery(tx, delivery_id)
    if leg.state != "needs_person":
        raise Problem("wrong_state", "这条投递现在不需要人来判断")
    if decision.tries not in (None, leg.tries):
        raise Problem("lost_race", "您打开页面之后，这条投递又发送过一次，请到平台上重新看过再判断")
    sighting = {"it_is_there": "found", "it_is_not_there": "absent", "give_up": "could_not_look"}
    await insert_look(
        tx,
        id=bench.new_id(),
        delivery_id=leg.id,
        sighting=sighting[decision.verdict],
        reason=f"person:{by} {decision.verdict} {decision.link or ''}".strip(),
        at=at,
    )
    try:
        await _move(tx, leg, decision, bench, open_channel, at=at)
    except LostRace as error:
        raise Problem("lost_race", "这条投递刚刚被别人处理，请刷新后再看") from error
    await note(
        tx, "delivery.decide", await of_leg(tx, leg), at=at,
        verdict=decision.verdict, link=decision.link, reason=decision.reason,
    )  # fmt: skip
    return await get_delivery(tx, delivery_id)


async def send_again(tx: Tx, delivery_id: str, *, at: datetime) -> DeliverySeen:
    """Send a refused delivery again, after whoever had to act has acted."""
    leg = await find_delivery(tx, delivery_id)
    if leg is None:
        raise Problem("unknown_delivery", "没有这条投递记录")
    if await end_of(tx, leg) is not None:
        raise Problem("wrong_state", "这次发布已被新的发布取代或者已经撤回，不能再发送")
    if not await move_all(
        tx, (leg.id,), ("refused",), "ready", at=at, due_at=None, reason=None, who_acts="clock"
    ):
        raise Problem("wrong_state", "只有被平台拒绝的投递可以重新发送")
    await note(tx, "delivery.retry", await of_leg(tx, leg), at=at, refused=leg.reason)
    return await get_delivery(tx, delivery_id)


async def authorise(tx: Tx, account: AccountRow, *, at: datetime) -> int:
    """Make an account active again and free everything that waited for it; give how many that were."""
    await move_account(tx, account.id, ("unauthorised",), "active")  # an operator's pause is his to end
    waiting = tuple(leg.id for leg in await list_of_account(tx, account.id, "blocked", limit=10_000))
    freed = await move_all(
        tx, waiting, ("blocked",), "ready", at=at, due_at=None, reason=None, who_acts="clock"
    )
    await note(tx, "account.authorise", of_account(account), at=at, account=account.slug, freed=len(freed))
    return len(freed)


async def set_paused(tx: Tx, account: AccountRow, *, is_paused: bool, at: datetime) -> AccountRow:
    """Pause an account or let it go on; one without permission cannot be talked into sending by this."""
    if not await move_account(tx, account.id, ("active", "paused"), "paused" if is_paused else "active"):
        raise Problem("wrong_state", "这个账号的授权已失效，请先重新授权", field="account")
    verb: Verb = "account.pause" if is_paused else "account.resume"
    await note(tx, verb, of_account(account), at=at, account=account.slug)
    return await get_account(tx, account.id)


async def _move(
    tx: Tx, leg: DeliverySeen, decision: Decision, bench: Bench, open_channel: OpenChannel, *, at: datetime
) -> None:
    match decision.verdict:
        case "it_is_there":
            if decision.link is None:
                raise Problem("invalid", "请给出平台上的链接", field="link")
            if decision.live_at is not None and decision.live_at > at:
                raise Problem("invalid", "发布时间不能晚于现在", field="live_at")
            if not decision.is_elsewhere:
                _refuse_other_host(await get_account(tx, leg.account_id), decision.link, open_channel)
            await _refuse_older_post(tx, leg, decision.link)
            receipt = Receipt(leg.platform_id or f"person:{leg.id}", decision.link, decision.live_at or at)
            await go_live(tx, leg, receipt, bench, at=at)
        case "it_is_not_there":
            end = await end_of(tx, leg)
            await move(tx, leg.id, "needs_person", "ready", at=at, due_at=None, reason=None, who_acts="clock")
            if end is not None:
                await move(tx, leg.id, "ready", end, at=at, who_acts="nobody")
            else:
                await regate(tx, leg.release_id, bench.calendar, at=at)
        case "give_up":
            told = "查看后决定放弃，不在这个账号上发布"
            await move(
                *(tx, leg.id, "needs_person", "cancelled"),
                at=at, due_at=None, reason=told, who_acts="nobody",
            )  # fmt: skip


def _refuse_other_host(account: AccountRow, link: str, open_channel: OpenChannel) -> None:
    """Refuse an address that stands where no post of the account's channel does, as far as is known."""
    try:
        channel = open_channel(account)
    except ValueError:  # its settings are not complete: nobody can tell
        return
    if not isinstance(channel, KnowsHosts) or is_below(host := host_of(link), channel.hosts):
        return
    told = (
        f"这个账号上的内容应当在 {' 或 '.join(channel.hosts)} 上，这个链接在 {host[:100] or '别处'} 上，"
        "请核对；平台换了网址、确实是这一条的，请确认后再提交"
    )
    raise Problem("other_host", told, field="link")


async def _refuse_older_post(tx: Tx, leg: DeliverySeen, link: str) -> None:
    """Refuse the address of what another release put on the account: it proves nothing of this one."""
    if leg.channel not in APART:
        return
    for other in await list_deliveries(tx, leg.item_id):
        if other.id != leg.id and other.account_id == leg.account_id and other.link == link:
            told = f"这个链接是第{other.release_number}次发布的那一条，不是这一次的，请核对"
            raise Problem("invalid", told, field="link")
