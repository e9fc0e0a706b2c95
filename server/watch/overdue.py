"""Due but not released: what should have gone by now, why it has not, and the repair that sets it going."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.core.days import say_moment
from server.core.gates import regate_all
from server.core.rounds import open_time_gates, recover_lapsed
from server.core.workplace import Workplace
from server.store.alerts import Alert
from server.store.tx import Tx
from server.store.watching import (
    Stuck,
    count_stuck,
    list_stuck,
    list_stuck_longest,
    list_stuck_releases,
)

OVERDUE: Final = timedelta(minutes=10)
"""Looks and retries take some minutes; what has not gone so long after its time is overdue."""

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that should have gone, with one sentence why it has not."""

    stuck: Stuck
    why: str


async def list_overdue(tx: Tx, org_ids: frozenset[str], *, at: datetime, limit: int) -> tuple[Overdue, ...]:
    """Give what is overdue at some organs, longest first."""
    stuck = await list_stuck(tx, since=at - OVERDUE, org_ids=org_ids, limit=limit)
    return tuple(Overdue(one, _why(one)) for one in stuck)


async def count_overdue(
    tx: Tx, org_ids: frozenset[str] | None = None, *, at: datetime
) -> tuple[int, datetime | None]:
    """Give how much is overdue at some organs or at all, and since when the longest."""
    return await count_stuck(tx, since=at - OVERDUE, org_ids=org_ids)


async def overdue_alert(tx: Tx, *, at: datetime) -> list[Alert]:
    """Give one alert for each organ with something overdue."""
    return [
        Alert(
            f"overdue:{first.org_id}", "overdue", "alarm",
            f"有{count}项到期未发布，最早的应在{say_moment(first.due_at)}发布：{_why(first)}",
            first.org_id,
        )
        for first, count in await list_stuck_longest(tx, since=at - OVERDUE)
    ]  # fmt: skip


async def repair(place: Workplace) -> int:
    """Set going what is overdue: find what a dead worker left, open what is due, ask every stuck gate again.

    Says how many deliveries may go now. Harmless at any time and however often.
    """
    await recover_lapsed(place)
    opened = await open_time_gates(place)
    at, after = place.now(), ""

    async def act(tx: Tx) -> tuple[str, int]:
        ids = await list_stuck_releases(tx, since=at - OVERDUE, after=after, limit=_BATCH)
        moved = await regate_all(tx, ids, place.bench.calendar, at=at)
        return ids[-1] if len(ids) == _BATCH else "", len(moved)

    while True:
        after, moved = await place.store.write(act)
        opened += moved
        if not after:
            return opened


def _why(stuck: Stuck) -> str:
    match stuck.state:
        case "waiting" if stuck.gate == "check":
            return "词库更新后发现了必须处理的检查意见，处理或说明后自动发出"
        case "waiting":
            return "定时进程没有按时打开它，请检查定时进程是否在运行"
        case "ready":
            return "排队中：投递进程没有运行，账号没有授权、已停用或者正忙"
        case _:
            return "多次没有成功，等待下一次重试"
