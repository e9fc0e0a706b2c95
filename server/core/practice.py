"""演练: an organ in practice writes practice items, which go to practice accounts and are never counted.

What would let the two worlds meet, and what stops it: PRACTICE.md beside this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.core.acts import note
from server.core.problems import Problem
from server.store.audit import Subject
from server.store.items import ItemSeen
from server.store.orgs import OrgRow
from server.store.practice import count_in_flight, is_practising, switch_practice
from server.store.tx import Tx

WORLDS: Final[Mapping[bool, str]] = {True: "演练", False: "正式"}


@dataclass(frozen=True, slots=True)
class Stage:
    """The rehearsal platforms that practice accounts post to: what an account of each needs."""

    wechat: Mapping[str, str]
    weibo: Mapping[str, str]


def refuse_mixing(one: ItemSeen, other: ItemSeen, *, field: str) -> None:
    """Refuse a tie between a practice item and a real one."""
    if one.practice != other.practice:
        raise Problem("practice", "演练稿件与正式稿件不能互相关联", field=field)


async def refuse_other_world(tx: Tx, seen: ItemSeen) -> None:
    """Refuse to change an item of the other world than its organ is in: nobody may take one for the other.

    A withdrawal asks nobody: it must be possible at any time.
    """
    refuse_world(seen, is_practising=await is_practising(tx, seen.org.id))


def refuse_world(seen: ItemSeen, *, is_practising: bool) -> None:
    """Refuse an item of the other world than its organ is in."""
    if seen.practice == is_practising:
        return
    if seen.practice:
        raise Problem(
            "practice",
            f"这是演练稿件，{seen.org.name}的演练已经结束：它只能查看和撤回。要正式发布，请“复制为正式草稿”",
        )
    raise Problem("practice", f"这是正式稿件，{seen.org.name}正在演练：请先在“机构”页结束演练，再处理它")


async def begin_practice(tx: Tx, org: OrgRow, *, by: str, at: datetime) -> None:
    """Put an organ into practice; refused while something real of it is on its way. `by` is a name."""
    await _refuse_in_flight(tx, org)
    if not await switch_practice(tx, org.id, at, by):
        raise Problem("wrong_state", f"{org.name}已经在演练")
    await note(tx, "org.practice", Subject(org_id=org.id), at=at, practice=True)


async def end_practice(tx: Tx, org: OrgRow, *, at: datetime) -> None:
    """Let an organ work for real again; its practice items stay what they are."""
    await _refuse_in_flight(tx, org)
    if not await switch_practice(tx, org.id, None, None):
        raise Problem("wrong_state", f"{org.name}没有在演练")
    await note(tx, "org.practice", Subject(org_id=org.id), at=at, practice=False)


async def _refuse_in_flight(tx: Tx, org: OrgRow) -> None:
    count = await count_in_flight(tx, org.id, practice=org.practice_since is not None)
    if count:
        raise Problem(
            "practice", f"{org.name}还有 {count} 条投递正在途中，等它们有了结果再切换（见“发布”页）"
        )
