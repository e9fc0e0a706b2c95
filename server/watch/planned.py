"""Releases that wait and in which something blocks: the list of words grew since they were planned."""

from server.core.days import say_moment
from server.store.alerts import Alert
from server.store.planned_checks import list_objected
from server.store.tx import Tx

_MOST = 500


async def planned_flagged(tx: Tx) -> list[Alert]:
    """Give an alarm for each of them, until it is corrected, withdrawn or answered for."""
    found = []
    for one in await list_objected(tx, limit=_MOST):
        when = "" if one.due_at is None else f"定在{say_moment(one.due_at)}发布的"
        told = f"{when}《{one.title}》有{one.blocking}处须处理的检查意见，处理以前不会发出：{one.words}"
        found.append(Alert(f"planned:{one.release_id}", "check", "alarm", told, one.org_id, one.item_id))
    return found
