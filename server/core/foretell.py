"""What a release would do, in sentences, before anybody orders it.

The release itself is made and undone, so what is told cannot differ from what would happen.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from channels.item import Site
from server.core.channel_words import CHANNEL_WORDS
from server.core.days import day_of, say_moment
from server.core.examined import Examined
from server.core.follow import list_follows
from server.core.gates import WorkingDays
from server.core.older_posts import may_stand
from server.core.release import OpenChannel, ReleaseMade, ReleaseOrder, release
from server.core.seating import peek_slot
from server.core.sensitive_days import warn_of_days
from server.core.standing import say_gate
from server.store.broadcasts import list_plans
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.followups import list_followers
from server.store.items import ItemSeen, get_item
from server.store.ledger import list_lines
from server.store.older_posts import find_fate
from server.store.tx import Store, Tx

_POSTS: Final[Mapping[str, tuple[str, str]]] = {
    "wechat": ("文章", "篇"),
    "weibo": ("微博", "条"),
    "other": ("张贴", "处"),
}
"""What stands on an account for ever is called, and how it is counted."""


_PRACTICE: Final = "这是演练：只发到演练网站和演练账号，不计入任何渠道"


@dataclass(frozen=True, slots=True)
class Foretold:
    """The deliveries as they would be planned, and what a person should know before he orders them."""

    legs: tuple[DeliverySeen, ...]
    sentence: str
    notes: tuple[str, ...]


class _Undo(Exception):
    def __init__(self, told: Foretold) -> None:
        super().__init__()
        self.told = told


async def foretell(
    store: Store,
    order: ReleaseOrder,
    *,
    examined: Examined,
    open_channel: OpenChannel,
    calendar: WorkingDays,
    site: Site,
    by: str,
    at: datetime,
    new_id: Callable[[], str],
) -> Foretold:
    """Tell what `release` would do with this order; refuses what it would refuse, and changes nothing."""
    try:
        async with store.begin() as tx:
            before = await get_item(tx, order.item_id)
            made = await release(
                tx, order, examined=examined, open_channel=open_channel, calendar=calendar,
                site=site, by=by, at=at, new_id=new_id,
            )  # fmt: skip
            raise _Undo(await _tell(tx, before, order, made, calendar, at=at))
    except _Undo as undone:
        return undone.told


async def _tell(
    tx: Tx, before: ItemSeen, order: ReleaseOrder, made: ReleaseMade, calendar: WorkingDays, *, at: datetime
) -> Foretold:
    counted = {line.channel for line in await list_lines(tx, before.id) if line.line == "counted"}
    counts = _PRACTICE if before.practice else _counts(made.deliveries, counted)
    sentence = f"{_where(made.deliveries)}。{counts}。"
    notes = await warn_of_days(tx, _days(made.deliveries, at))
    notes += [
        f"{leg.account_name}：{say_gate(leg)}" for leg in made.deliveries if leg.gate in ("slot", "quota")
    ]
    if order.urgent_reason is None:
        notes += await _pushes(tx, made.deliveries, at=at)
    notes += await _follows(tx, before, calendar, at=at)
    notes += await _earlier(tx, before, order, made, at=at)
    if order.unreviewed is not None and before.revision.state != "approved":
        notes.append(
            f"先发后审：须在{say_moment(order.unreviewed.review_by)}前由另一人补审，到期没有补审会告警。"
        )
    if order.urgent_reason is not None:
        notes.append("加急：不等账号的发布时段，理由会留下记录。")
    return Foretold(made.deliveries, sentence, tuple(notes))


def _days(legs: tuple[DeliverySeen, ...], at: datetime) -> set[date]:
    """Give the days on which something of it would go out, as far as they are known."""
    known = {day_of(leg.due_at or at) for leg in legs if leg.gate not in ("source_live", "evidence")}
    return known | {day_of(leg.due_at) for leg in legs if leg.due_at is not None}


async def _pushes(tx: Tx, legs: tuple[DeliverySeen, ...], *, at: datetime) -> list[str]:
    """Say which accounts push instead of publishing by themselves, and when they push next."""
    plans = await list_plans(tx, frozenset(leg.account_id for leg in legs))
    notes = []
    for leg in legs:
        plan = plans.get(leg.account_id)
        if plan is not None and leg.gate != "quota":
            slot = await peek_slot(tx, plan, at=at)
            when = f"最早 {say_moment(slot)}" if slot else "近期的时段都已排满"
            notes.append(f"{leg.account_name}：网页上线后排进群发，{when}。")
    return notes


def say_accounts(legs: Iterable[DeliverySeen]) -> str:
    """Name the accounts of deliveries as an editor does: 网站、微信 2 个账号、微博 1 个账号、订阅源."""
    kinds = [leg.counted_as for leg in legs]
    told = []
    for kind, name in CHANNEL_WORDS.items():
        number = kinds.count(kind)
        is_alone = kind in ("website", "feed", "gazette") and number == 1
        if number:
            told.append(name if is_alone else f"{name} {number} 个账号")
    return "、".join(told)


def _where(legs: tuple[DeliverySeen, ...]) -> str:
    """Say what goes where and when: what waits for the same stands together."""
    by_person = [leg for leg in legs if leg.channel == "other"]
    by_clock = [leg for leg in legs if leg.channel != "other"]
    first = next((leg for leg in by_clock if leg.gate in ("time", "source_live")), None)
    told = []
    if first is not None:
        when = f"到{say_moment(first.due_at)}" if first.due_at else "等原文上线后"
        told.append(f"{when}发布到{say_accounts(by_clock)}")
    elif by_clock:
        page = [leg for leg in by_clock if leg.channel == "website"]
        behind = [leg for leg in by_clock if leg.channel != "website"]
        told.append(f"现在发布到{say_accounts(page)}")
        if behind:
            told.append(f"网页上线后发到{say_accounts(behind)}")
    if by_person:
        told.append(f"{'、'.join(leg.account_name for leg in by_person)}由人张贴或播出后登记")
    return "；".join(told)


def _counts(legs: tuple[DeliverySeen, ...], counted: set[str]) -> str:
    kinds = {leg.counted_as for leg in legs}
    fresh = [name for kind, name in CHANNEL_WORDS.items() if kind in kinds - counted]
    known = [name for kind, name in CHANNEL_WORDS.items() if kind in kinds & counted]
    told = []
    if fresh:
        told.append(f"计入 {len(fresh)} 个渠道（{'、'.join(fresh)}）")
    if known:
        told.append(f"{'、'.join(known)}已经计过，不再增加")
    if "item" not in counted:
        told.append("主动公开信息增加 1 条")
    return "；".join(told)


async def _follows(tx: Tx, before: ItemSeen, calendar: WorkingDays, *, at: datetime) -> list[str]:
    notes = [f"{one.waits_for}。" for one in await list_follows(tx, before.id, calendar, at=at)]
    for follow in await list_followers(tx, before.id):
        other = await get_item(tx, follow.interpretation_id)
        notes += [
            f"解读《{other.revision.title}》：{one.waits_for}。"
            for one in await list_follows(tx, other.id, calendar, at=at)
            if one.follow.source_id == before.id
        ]
    if before.kind == "policy" and not await list_followers(tx, before.id):
        notes.append("这份文件还没有关联解读。")
    return notes


async def _earlier(
    tx: Tx, before: ItemSeen, order: ReleaseOrder, made: ReleaseMade, *, at: datetime
) -> list[str]:
    if made.number == 1:
        return []
    earlier = [leg for leg in await list_deliveries(tx, before.id) if leg.release_id != made.id]
    dropped = [leg.account_name for leg in earlier if leg.state == "superseded" and leg.changed_at == at]
    notes = await _older(tx, [leg for leg in earlier if may_stand(leg)], made.deliveries)
    if dropped:
        notes.append(f"上一次发布还没有发出的账号不再发出：{'、'.join(dropped)}。")
    if before.withdrawn_at is not None:
        notes.append("这篇稿件已经撤回，发布后重新公开。")
    elif order.change == "major":
        notes.append("读者会看到新的更新时间。")
    else:
        notes.append("小改动：更新时间不变。")
    return notes


async def _older(tx: Tx, standing: list[DeliverySeen], legs: tuple[DeliverySeen, ...]) -> list[str]:
    """Say for each account where older posts stand what becomes of them."""
    new, notes = {leg.account_id: leg for leg in legs}, []
    by_account = {leg.account_id: leg for leg in standing}
    for key, leg in by_account.items():
        number = sum(one.account_id == key for one in standing)
        what, measure = _POSTS[leg.channel]
        said = f"{leg.account_name}：{f'{number} {measure}' if number > 1 else ''}旧{what}还在，"
        if key not in new:
            notes.append(f"{said}这次没有选这个账号，不会动它。")
        elif await find_fate(tx, new[key].id) == "keep":
            notes.append(f"{said}新的发出后保留，{'几' if number > 1 else '两'}{measure}并存。")
        elif leg.channel == "other":
            notes.append(f"{said}新的登记后请人撤下旧的。")
        else:
            notes.append(f"{said}等新的上线后撤下；系统撤不了的，会请人到平台上撤下。")
    return notes
