"""An item's first day, where the proof of an earlier one comes in late (DESIGN: invariant 10).

A notice that hung on the board in December is proved in January, a post that was lost is found: the item
belongs to the day on which it was first public, in whatever order that is proved. Where a snapshot had frozen
either of the two days, the line that takes the later one back is a `restated` one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from server.core.days import day_of
from server.store.ledger import Entry, Line, append, find_standing, take_back
from server.store.snapshots import Frozen, list_frozen
from server.store.tx import Tx


async def count_first(tx: Tx, line: Entry, new_id: Callable[[], str]) -> bool:
    """Count an item on a channel, or an earlier day of it; False when it is counted as early as that.

    `line` is a counted line. One that comes into days which a snapshot had frozen says so.
    """
    today = day_of(line.written_at)
    late = await _frozen(tx, line.org_id, (line.day,), line.written_at) if line.day < today else ""
    if await append(tx, replace(line, reason=f"{late}之后才登记" if late else None)):
        return True
    return line.day < today and await _bring_forward(tx, line, new_id)


async def _bring_forward(tx: Tx, line: Entry, new_id: Callable[[], str]) -> bool:
    """Take the standing line back and count the earlier day in its place."""
    while (standing := await find_standing(tx, line.item_id, line.channel)) and line.day < standing.day:
        frozen = await _frozen(tx, standing.org_id, (standing.day, line.day), line.written_at)
        reason = f"首次公开日由 {standing.day} 改为 {line.day}：{day_of(line.written_at)} 才登记这一天的凭据"
        reason += f"；{frozen}里是原来的日期" if frozen else ""
        back: Line = "restated" if frozen else "moved"
        if await take_back(tx, standing, back, reason, id=new_id(), at=line.written_at):
            return await append(tx, replace(line, id=new_id(), reason=reason, restates=standing.id))
        # Somebody else took the same line back and has committed: see what stands now.
    return False


async def _frozen(tx: Tx, org_id: str, days: tuple[date, ...], at: datetime) -> str:
    """Name the snapshots that had frozen one of some days of an organ; "" when none had."""
    taken = [
        one for one in await list_frozen(tx, {day.year for day in days}, until=at) if org_id in one.org_ids
    ]
    held = {one.year: one for one in taken if any(_holds(one, day) for day in days)}
    return "、".join(f"{year} 年第 {one.number} 号统计快照" for year, one in sorted(held.items()))


def _holds(one: Frozen, day: date) -> bool:
    """Say whether a snapshot froze a day: it had ended when the snapshot was taken."""
    return day.year == one.year and day < day_of(one.taken_at)
