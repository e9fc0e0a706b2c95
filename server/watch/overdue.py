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
from server.store.watching import Stuck, list_stuck

OVERDUE: Final = timedelta(minutes=10)
"""Looks and retries take some minutes; what has not gone so long after its time is overdue."""

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that should have gone, with one sentence why it has not."""

    stuck: Stuck
    why: str


async def list_overdue(tx: Tx, *, at: datetime) -> tuple[Overdue, ...]:
    """Give what is overdue, longest first."""
    return tuple(Overdue(one, _why(one)) for one in await list_stuck(tx, since=at - OVERDUE, limit=MOST))


async def overdue_alert(tx: Tx, *, at: datetime) -> list[Alert]:
    """Give one alert for each organ with something overdue."""
    by_org: dict[str, list[Overdue]] = {}
    for one in await list_overdue(tx, at=at):
        by_org.setdefault(one.stuck.org_id, []).append(one)
    return [
        Alert(
            f"overdue:{org_id}",
            "overdue",
            "alarm",
            f"有{len(ones)}项到期未发布，最早的应在{say_moment(ones[0].stuck.due_at)}发布：{ones[0].why}",
            org_id,
        )
        for org_id, ones in by_org.items()
    ]


async def repair(place: Workplace) -> int:
    """Set going what is overdue: find what a dead worker left, open what is due, ask every stuck gate again.

    Says how many deliveries may go now. Harmless at any time and however often.
    """
    await recover_lapsed(place)
    opened = await open_time_gates(place)
    at = place.now()

    async def act(tx: Tx) -> int:
        stuck = await list_stuck(tx, since=at - OVERDUE, limit=MOST)
        return len(await regate_all(tx, {one.release_id for one in stuck}, place.bench.calendar, at=at))

    return opened + await place.store.write(act)


def _why(stuck: Stuck) -> str:
    match stuck.state:
        case "waiting" if stuck.gate == "check":
            return "词库更新后发现了必须处理的检查意见，处理或说明后自动发出"
        case "waiting":
            return "定时进程没有按时打开它，请检查定时进程是否在运行"
        case "ready":
            return "排队中：投递进程没有运行、账号已停用或者正忙"
        case _:
            return "多次没有成功，等待下一次重试"
