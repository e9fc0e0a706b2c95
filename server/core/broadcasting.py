"""What an office decides about pushes: which accounts push and when, and in which order (invariant 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scheduler.slots import read_schedule
from server.core.acts import note, of_account
from server.core.days import day_of
from server.core.gates import WorkingDays, regate_all
from server.core.problems import Problem
from server.core.seating import urgent_place, waiting_of
from server.store.accounts import AccountRow
from server.store.broadcasts import (
    ArticleSeen,
    BroadcastKind,
    BroadcastPlan,
    PushRow,
    delete_push,
    find_push,
    list_articles,
    list_open,
    list_plans,
    lock_plan,
    put_plan,
    set_ranks,
)
from server.store.gates import list_account_releases
from server.store.tx import Tx

_MOST: Final = 5000
_AGAIN: Final = "这次群发刚刚有变化，请刷新后再调整"


@dataclass(frozen=True, slots=True)
class Queue:
    """An open push, or a slot for which there is none yet, with the articles that wait for it."""

    slot_at: datetime
    row: PushRow | None
    articles: tuple[ArticleSeen, ...]


async def keep_plan(
    tx: Tx,
    account: AccountRow,
    kind: BroadcastKind | None,
    slots: str,
    calendar: WorkingDays,
    *,
    at: datetime,
) -> None:
    """Let an account push at its slots, or (without a kind) publish each article by itself again.

    What waits for a push is seated anew, in the order in which it would have gone. Refuses other channels,
    and a schedule that nobody can read or that has more slots a day than the platform allows pushes.
    """
    if account.channel != "wechat":
        raise Problem("invalid", "只有微信公众号可以群发", field="kind")
    if kind is not None:
        _check(kind, slots)
    opened = await _waiting_in_order(tx, account.id)
    await lock_plan(tx, account.id)
    for row in await list_open(tx, account.id):
        await delete_push(tx, row.id)
    await put_plan(tx, account.id, kind, slots.strip() if kind else "", at=at)
    await note(
        tx, "account.broadcast", of_account(account), at=at, account=account.slug, kind=kind, slots=slots
    )
    for release_id in opened:
        await regate_all(tx, (release_id,), calendar, at=at)
    rest = await list_account_releases(tx, account.id, "quota", _MOST)
    await regate_all(tx, [one for one in rest if one not in opened], calendar, at=at)


async def list_queues(tx: Tx, account: AccountRow, *, at: datetime, limit: int) -> tuple[Queue, ...]:
    """Give what waits for pushes of an account and its next slots, in order; () where it does not push."""
    plan = (await list_plans(tx, frozenset({account.id}))).get(account.id)
    if plan is None:
        return ()
    rows = await list_open(tx, account.id)
    articles = await list_articles(tx, (row.id for row in rows))
    queues = [Queue(row.slot_at, row, waiting_of(articles[row.id])) for row in rows]
    taken = {row.slot_at for row in rows}
    for number, slot in enumerate(read_schedule(plan.slots).after(at)):
        if number >= limit:
            break
        if slot not in taken:
            queues.append(Queue(slot, None, ()))
    return tuple(sorted(queues, key=lambda one: one.slot_at)[: max(limit, len(rows))])


async def put_in_order(
    tx: Tx, account: AccountRow, push_id: str, order: Sequence[str], *, at: datetime
) -> None:
    """Put the articles of an open push in another order, named by their deliveries; the first leads."""
    await lock_plan(tx, account.id)
    row = await find_push(tx, push_id)
    if row is None or row.account_id != account.id:
        raise Problem("unknown_push", "没有这次群发")
    if row.state != "open":
        raise Problem("push_fixed", "这次群发已经开始，文章和顺序不能再改")
    waiting = waiting_of((await list_articles(tx, (push_id,)))[push_id])
    if sorted(order) != sorted(one.delivery_id for one in waiting):
        raise Problem("push_changed", _AGAIN)
    await set_ranks(tx, {key: rank for rank, key in enumerate(order, start=1)})
    titles = {one.delivery_id: one.title for one in waiting}
    told = [titles[key] for key in order]
    await note(tx, "push.order", of_account(account), at=at, slot=row.slot_at.isoformat(), order=told)


async def move_article(
    tx: Tx, account: AccountRow, push_id: str, delivery_id: str, *, up: bool, at: datetime
) -> None:
    """Move an article of an open push one place; at the end of the list nothing happens."""
    order = [one.delivery_id for one in waiting_of((await list_articles(tx, (push_id,)))[push_id])]
    if delivery_id not in order:
        raise Problem("push_changed", _AGAIN)
    old = order.index(delivery_id)
    new = min(max(old - 1 if up else old + 1, 0), len(order) - 1)
    order.insert(new, order.pop(old))
    await put_in_order(tx, account, push_id, order, at=at)


async def require_urgent_places(tx: Tx, account_ids: frozenset[str], *, at: datetime) -> None:
    """Refuse an urgent release to a broadcasting account whose pushes of this day or month are used up."""
    for plan in (await list_plans(tx, account_ids)).values():
        place, _yielding = await urgent_place(tx, plan, at=at)
        if place is None:
            raise Problem(
                "quota_used_up",
                f"不能加急：微信公众号{_used_up(plan, at)}，请改为不加急，等下一个时段",
            )


def _used_up(plan: BroadcastPlan, at: datetime) -> str:
    if plan.used_up_on == day_of(at):
        return "今天的群发次数已被用完（微信这样答复，可能有人在公众平台手动群发过）"
    if plan.kind == "subscription":
        return "今天的群发已经用过（订阅号每天 1 次）"
    return "本月的群发已经用完（服务号每月 4 次）"


def _check(kind: BroadcastKind, slots: str) -> None:
    try:
        schedule = read_schedule(slots)
    except ValueError as error:
        raise Problem("invalid", str(error), field="slots") from error
    if kind == "subscription" and schedule.most_a_day() > 1:
        raise Problem("invalid", "订阅号每天只能群发一次，一天里不能有两个时段", field="slots")


async def _waiting_in_order(tx: Tx, account_id: str) -> tuple[str, ...]:
    rows = await list_open(tx, account_id)
    articles = await list_articles(tx, (row.id for row in rows))
    found = [one.release_id for row in rows for one in waiting_of(articles[row.id])]
    return tuple(dict.fromkeys(found))
