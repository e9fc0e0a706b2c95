"""Take an item back, leg by leg: what was not sent never is, what is live comes down."""

from datetime import datetime, timedelta

from channels.contract import (
    NotAccepted,
    Receipt,
    Removed,
    Watches,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
    Withdraws,
)
from server.core.acts import note, of_item, of_leg
from server.core.budgets import looks_used_up
from server.core.days import day_of
from server.core.follow import mark_pages_stale, wake_followers
from server.core.gates import fill_vacancies, seats_left
from server.core.older_posts import COMES_DOWN, spare_older
from server.core.problems import Problem
from server.core.settle import Bench, entry_of
from server.core.site_columns import filed_under
from server.core.states import UNSENT
from server.core.takedowns import bring_down
from server.core.withdrawal_types import public_reason
from server.core.workplace import Workplace, read_leg
from server.store import ledger
from server.store.attempts import insert_look
from server.store.deliveries import (
    DeliverySeen,
    LostRace,
    count_shown,
    get_delivery,
    list_deliveries,
    move,
    move_all,
    put_off,
)
from server.store.items import WithdrawnAs, get_item, list_released, lock_newest, set_withdrawn
from server.store.media import use_media
from server.store.placing import touch_lists_of
from server.store.releases import list_releases, move_releases
from server.store.takedowns import close_takedown, find_newer
from server.store.tx import Tx

_RETRY = timedelta(seconds=30)


async def withdraw(
    tx: Tx, item_id: str, reason: str, bench: Bench, *, withdrawn_as: WithdrawnAs = "other", at: datetime
) -> tuple[DeliverySeen, ...]:
    """Withdraw an item everywhere with a public reason and its type; give its deliveries as they stand."""
    await lock_newest(tx, item_id)  # a release at this moment is seen here, or sees this
    seen = await get_item(tx, item_id)
    if not any(row.state in ("planned", "live") for row in await list_releases(tx, item_id)):
        raise Problem("wrong_state", "这篇稿件没有发布，或者已经撤回")
    legs = await list_deliveries(tx, item_id)
    await set_withdrawn(tx, item_id, reason, withdrawn_as, at)
    await move_releases(tx, item_id, ("planned", "live", "replaced"), "withdrawn")
    ids = tuple(leg.id for leg in legs)
    await move_all(tx, ids, tuple(sorted(UNSENT)), "cancelled", at=at, reason="稿件已撤回", who_acts="nobody")
    await bring_down(tx, legs, bench.terms, "请到张贴或播出处撤下并登记", withdrawn_as=withdrawn_as, at=at)
    await fill_vacancies(tx, seats_left(legs), bench.calendar, at=at)
    await wake_followers(tx, item_id, bench.calendar, at=at)
    await mark_pages_stale(tx, item_id, at=at)
    for leg in legs:
        if leg.channel in ("website", "feed"):
            await touch_lists_of(tx, leg.account_id, item_id, at=at)
    await note(tx, "item.withdraw", of_item(seen), at=at, withdrawn_as=withdrawn_as, reason=reason)
    return await list_deliveries(tx, item_id)


async def settle_withdrawal(
    tx: Tx, leg: DeliverySeen, withdrawal: Withdrawal, bench: Bench, *, at: datetime, put_off_until: datetime
) -> None:
    """Settle what came of a call that takes a post down; an unclear one is simply made again."""
    match withdrawal:
        case Withdrawn():
            await move(
                tx, leg.id, "withdrawing", "withdrawn", at=at, due_at=None, reason=None, who_acts="nobody"
            )
            await _write_lines(tx, leg, bench, at=at)
        case WithdrawByHand(reason):
            if leg.reason == COMES_DOWN:
                reason = f"{COMES_DOWN}。{reason}"
            await move(
                tx, leg.id, "withdrawing", "withdraw_by_hand", at=at,
                due_at=None, reason=reason, who_acts="owner",
            )  # fmt: skip
        case NotAccepted():
            await put_off(tx, leg.id, "withdrawing", put_off_until, looks=leg.looks + 1)


async def record_taken_down(
    tx: Tx,
    leg: DeliverySeen,
    proof: str,
    bench: Bench,
    *,
    picture: str | None = None,
    by: str,
    at: datetime,
) -> DeliverySeen:
    """Record that a person took down what no call can remove; his word is kept as a look that saw nothing.

    `picture` is the hash of a stored picture that shows it.
    """
    if leg.state != "withdraw_by_hand":
        raise Problem("wrong_state", "这条投递现在不需要人工撤下")
    await insert_look(
        tx, id=bench.new_id(), delivery_id=leg.id, sighting="absent", reason=f"person:{by} {proof}", at=at
    )
    try:
        await move(
            tx, leg.id, "withdraw_by_hand", "withdrawn", at=at, due_at=None, reason=None, who_acts="nobody"
        )
    except LostRace as error:
        raise Problem("lost_race", "这条投递刚刚被别人处理，请刷新后再看") from error
    if picture is not None:
        await use_media(tx, leg.item_id, (picture,))
    await close_takedown(tx, leg.id, proof, picture, by=by, at=at)
    await _write_lines(tx, leg, bench, at=at)
    await note(tx, "delivery.taken_down", await of_leg(tx, leg), at=at, proof=proof, picture=picture)
    return await get_delivery(tx, leg.id)


async def record_gone(tx: Tx, leg: DeliverySeen, reason: str, bench: Bench, *, at: datetime) -> None:
    """Record that a live post is no longer on its platform though nobody here took it down."""
    await insert_look(tx, id=bench.new_id(), delivery_id=leg.id, sighting="absent", reason=reason, at=at)
    await move(tx, leg.id, "live", "gone_at_platform", at=at, due_at=None, reason=reason, who_acts="owner")
    await spare_older(tx, leg, at=at)
    await _write_lines(tx, leg, bench, at=at)
    await note(tx, "delivery.gone_at_platform", await of_leg(tx, leg), at=at, reason=reason)


async def _write_lines(tx: Tx, leg: DeliverySeen, bench: Bench, *, at: datetime) -> None:
    """Write that an item is gone from a channel, or from all, once nothing of it can be seen there."""
    seen = (await list_released(tx, frozenset((leg.release_id,))))[leg.release_id]
    if seen.practice:
        return
    column = await filed_under(tx, seen.revision.sheet.column)
    for channel, shown_on in ((leg.counted_as, leg.counted_as), ("item", None)):
        if leg.live_at is None or await count_shown(tx, leg.item_id, shown_on):
            continue
        if await ledger.newest_line(tx, leg.item_id, channel) == "withdrawn":
            continue
        line = entry_of(leg, seen, column, "withdrawn", channel, bench.new_id(), day=day_of(at), at=at)
        await ledger.append(tx, line)


async def take_down(place: Workplace, delivery_id: str) -> None:
    """Take one live post down, or hand it to a person where the channel cannot."""
    ready = await read_leg(place, delivery_id)
    if ready.leg.state != "withdrawing" or await _is_newer_gone(place, delivery_id):
        return
    async with place.store.read() as tx:
        seen = await get_item(tx, ready.leg.item_id)
    # The time of the decision, not of this try: the notice must be the same however often it is written.
    reason, at = public_reason(seen) or ready.leg.reason or "", seen.withdrawn_at or place.now()
    if isinstance(ready.channel, Withdraws):
        receipt = Receipt(ready.leg.platform_id or "", ready.leg.link, ready.leg.live_at)
        withdrawal = await ready.channel.withdraw(receipt, ready.post, reason=reason, at=at)
    else:
        withdrawal = WithdrawByHand("平台不支持自动撤回，请到平台后台删除并登记")
    at = place.now()

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, delivery_id)
        if leg.state == "replaced" and isinstance(withdrawal, Withdrawn):
            # It was spared while the call lasted, and is gone all the same.
            await move(tx, leg.id, "replaced", "withdrawing", at=at)
            leg = await get_delivery(tx, delivery_id)
        if leg.state == "withdrawing":
            again = at + _RETRY * 2 ** min(leg.looks, 5)
            await settle_withdrawal(tx, leg, withdrawal, place.bench, at=at, put_off_until=again)

    await place.store.write(act)


async def _is_newer_gone(place: Workplace, delivery_id: str) -> bool:
    """Look at the newer post for which this one comes down; where somebody removed it, this one stays.

    It was seen live before. A look that sees nothing, or that the account has no calls for, takes that back
    as little as it proves it again.
    """
    async with place.store.read() as tx:
        newer_id = await find_newer(tx, delivery_id)
    if newer_id is None:
        return False
    newer = await read_leg(place, newer_id)
    if newer.leg.state != "live" or not isinstance(newer.channel, Watches):
        return False
    limits, at = place.limits[newer.leg.channel], place.now()
    if await looks_used_up(place.budgets, newer.leg.account_id, limits, at=at) is not None:
        return False
    receipt = Receipt(newer.leg.platform_id or "", newer.leg.link, newer.leg.live_at)
    seen = await newer.channel.watch(receipt, newer.post)
    if not isinstance(seen, Removed):
        return False
    reason = seen.reason

    async def act(tx: Tx) -> None:
        leg = await get_delivery(tx, newer_id)
        if leg.state == "live":
            await record_gone(tx, leg, reason, place.bench, at=place.now())

    await place.store.write(act)
    return True
