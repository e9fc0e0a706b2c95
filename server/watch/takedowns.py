"""Posts that were withdrawn and still stand: a person must take them down, or no call has yet."""

from datetime import datetime
from typing import Final

from server.core.days import say_moment
from server.store.alerts import Alert, Level
from server.store.takedowns import TakedownSeen, list_takedowns
from server.store.tx import Tx

_MOST: Final = 500


async def takedowns_due(tx: Tx, at: datetime) -> list[Alert]:
    """Give a warning for each post that a person must take down, an alarm for each that stands too long."""
    found = []
    for one in await list_takedowns(tx, limit=_MOST):
        if at >= one.due_at:
            found.append(_alert(one, "alarm", _late(one)))
        elif one.state == "withdraw_by_hand":
            told = f"《{one.title}》已撤回，请在{say_moment(one.due_at)}前到“{one.account_name}”上撤下并登记"
            found.append(_alert(one, "warn", told))
    return found


def _late(one: TakedownSeen) -> str:
    when = f"《{one.title}》已撤回，应在{say_moment(one.due_at)}前从“{one.account_name}”上撤下"
    if one.state == "withdraw_by_hand":
        return f"{when}，现在还没有登记，请立即撤下"
    return f"{when}，系统多次没有撤成，请立即到平台上查看"


def _alert(one: TakedownSeen, level: Level, message: str) -> Alert:
    return Alert(f"takedown:{one.delivery_id}", "takedown", level, message, one.org_id, one.item_id)
