"""Posts that were told to come down and still stand: a person must take them down, or no call has yet."""

from datetime import datetime
from typing import Final

from server.core.days import say_moment
from server.store.alerts import Alert, Level
from server.store.takedowns import TakedownSeen, list_takedowns
from server.store.tx import Tx

_MOST: Final = 500


async def takedowns_due(tx: Tx, at: datetime, basis: str = "") -> list[Alert]:
    """Give a warning for each post that a person must take down, an alarm for each that stands too long.

    Where no call has taken it down when half its time is over, that is a warning as well: a person may still
    be in time. `basis` is where the office has its terms from.
    """
    found = []
    for one in await list_takedowns(tx, limit=_MOST):
        if at >= one.due_at:
            found.append(_alert(one, "alarm", _late(one, basis)))
        elif one.state == "withdraw_by_hand":
            told = f"{_what(one)}，请{_until(one, basis)}到“{one.account_name}”上撤下并登记"
            found.append(_alert(one, "warn", told))
        elif at - one.decided_at >= (one.due_at - one.decided_at) / 2:
            found.append(_alert(one, "warn", f"{_must(one, basis)}，系统还没有撤成，请到平台上查看"))
    return found


def _late(one: TakedownSeen, basis: str) -> str:
    if one.state == "withdraw_by_hand":
        return f"{_must(one, basis)}，现在还没有登记，请立即撤下"
    return f"{_must(one, basis)}，系统多次没有撤成，请立即到平台上查看"


def _must(one: TakedownSeen, basis: str) -> str:
    return f"{_what(one)}，应{_until(one, basis)}从“{one.account_name}”上撤下"


def _what(one: TakedownSeen) -> str:
    return f"《{one.title}》" + ("更正后的新内容已经上线，旧的一条还在" if one.is_older else "已撤回")


def _until(one: TakedownSeen, basis: str) -> str:
    return f"在{say_moment(one.due_at)}前" + (f"（依据：{basis}）" if basis else "")


def _alert(one: TakedownSeen, level: Level, message: str) -> Alert:
    return Alert(f"takedown:{one.delivery_id}", "takedown", level, message, one.org_id, one.item_id)
