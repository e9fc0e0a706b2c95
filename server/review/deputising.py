"""A person acts for another for a while: appointed by the other himself or by who manages people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from server.core.acts import note
from server.core.problems import Problem
from server.store.audit import Subject
from server.store.levels import Deputy, find_deputy, insert_deputy, revoke_deputy
from server.store.people import find_person
from server.store.tx import Tx

LONGEST: Final = timedelta(days=92)


async def appoint(
    tx: Tx, principal: str, deputy: str, begins_at: datetime, ends_at: datetime, reason: str,
    *, by: str, at: datetime, new_id: Callable[[], str],
) -> Deputy:  # fmt: skip
    """Let one person act for another, both by login; refuses oneself, the past and too long a time."""
    one, other = await find_person(tx, principal), await find_person(tx, deputy)
    if one is None:
        raise Problem("unknown_person", f"没有登录名为“{principal}”的人员", field="principal")
    if other is None or other.disabled_at is not None:
        raise Problem("unknown_person", f"没有登录名为“{deputy}”的在用人员", field="deputy")
    if one.id == other.id:
        raise Problem("invalid", "不能由本人代理本人", field="deputy")
    if ends_at <= max(begins_at, at):
        raise Problem("invalid", "代理的结束时间要在开始时间和现在之后", field="ends_at")
    if ends_at - begins_at > LONGEST:
        raise Problem("invalid", f"一次代理最长{LONGEST.days}天", field="ends_at")
    made = Deputy(new_id(), one.id, other.id, begins_at, ends_at, reason)
    await insert_deputy(tx, made, by=by, at=at)
    told = {"begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat(), "reason": reason}
    await note(tx, "deputy.appoint", Subject(), at=at, by=None, principal=principal, deputy=deputy, **told)
    return await get_deputy(tx, made.id)


async def dismiss(tx: Tx, deputy_id: str, *, at: datetime) -> Deputy:
    """End an appointment before its time."""
    one = await get_deputy(tx, deputy_id)
    if not await revoke_deputy(tx, deputy_id, at=at):
        raise Problem("wrong_state", "这项代理已经结束")
    await note(tx, "deputy.dismiss", Subject(), at=at, principal=one.principal, deputy=one.deputy)
    return one


async def get_deputy(tx: Tx, deputy_id: str) -> Deputy:
    """Give an appointment; refuses an unknown one."""
    one = await find_deputy(tx, deputy_id)
    if one is None:
        raise Problem("unknown_person", "没有这项代理，请核对编号")
    return one
