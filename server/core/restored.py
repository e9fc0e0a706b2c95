"""Doubt what a backup had not as sent: before the loss of its office it may have gone out (invariant 4).

Each such delivery to a platform of others gets a try whose outcome is unknown, so it goes the way of every
lost answer: only a look that proved absence, or a person, lets it be sent. Pages and feeds are the same
however often they are written, and need no doubt.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from channels.contract import Limits
from server.core.states import UNSENT
from server.store.attempts import close_attempt
from server.store.broadcasts import leave_seats, move_push
from server.store.deliveries import move, put_off
from server.store.restored import Doubtful, insert_unknown_attempt, list_doubtful
from server.store.tx import Tx

_DOUBTED: Final = UNSENT | {"sending", "unknown"}
_WORKER: Final = "restore"
_MAY_BE_OUT: Final = "数据从备份恢复，备份之后可能已经发出，先到平台查找"
_MAY_BE_PUSHED: Final = "数据从备份恢复，备份之后可能已经群发，系统不能查，请登录公众平台查看"


@dataclass(frozen=True, slots=True)
class Doubts:
    """How many deliveries are looked for before they are sent, and of how many a person is asked."""

    looked_for: int
    asked: int


async def doubt_unsent(
    tx: Tx, limits: Mapping[str, Limits], *, since: datetime, at: datetime, new_id: Callable[[], str]
) -> Doubts:
    """Doubt what was not known to be sent at `since`, when the backup was begun; `at` is when it is restored.

    No look tells which articles a push carried that nobody here remembers, so those are a person's.
    """
    doubtful = await list_doubtful(tx, _DOUBTED)
    for one in doubtful:
        due = at + timedelta(seconds=limits[one.channel].settle_after_loss)
        await _let_be_unknown(tx, one, since=since, at=at, due=due, new_id=new_id)
    pushed = tuple(one for one in doubtful if one.is_pushed)
    for one in pushed:
        await move(
            tx, one.id, "unknown", "needs_person", at=at,
            due_at=None, reason=_MAY_BE_PUSHED, who_acts="operator",
        )  # fmt: skip
    await leave_seats(tx, (one.id for one in pushed))
    for push_id in sorted({one.push_id for one in pushed if one.push_id is not None}):
        # Fixed, and not sent as far as is known; an open one is taken apart once it finds itself empty.
        await move_push(tx, push_id, "fixed", "failed", at=at, due_at=None, reason=_MAY_BE_PUSHED)
    return Doubts(len(doubtful) - len(pushed), len(pushed))


async def _let_be_unknown(
    tx: Tx, one: Doubtful, *, since: datetime, at: datetime, due: datetime, new_id: Callable[[], str]
) -> None:
    if one.state == "unknown":
        await put_off(tx, one.id, "unknown", due)
        return
    tried = one.attempt_id
    if one.state == "sending" and tried is not None:
        await close_attempt(tx, tried, "unknown", _MAY_BE_OUT, at=at)
    else:
        tried = new_id()
        if one.state != "ready":
            await move(tx, one.id, one.state, "ready", at=at, at_gate=one.gate)
        await move(tx, one.id, "ready", "sending", at=at, attempt_id=tried, tries=one.tries + 1)
        await insert_unknown_attempt(tx, tried, one, _MAY_BE_OUT, worker=_WORKER, since=since, at=at)
    await move(
        tx, one.id, "sending", "unknown", at=at, under=tried,
        due_at=due, looks=0, reason=_MAY_BE_OUT, who_acts="reconcile",
    )  # fmt: skip
