"""The way of an organ's yearly figures: draft → submitted → accepted → closed, or back with a reason.

What is submitted is a snapshot, and its entered figures stand still until it is sent back, so that what the
office accepts cannot change under its hands. What stands above is the sum of what stands below: once the
figures of an organ above were accepted, nobody's below move any more (RULES.md §10).

Before a year has ended its figures may be handed up to be looked at; only those of the whole year are
accepted and closed.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final, Literal

from server.core.acts import note
from server.core.days import day_of, say_moment
from server.core.problems import Problem
from server.report.snapshots import seal_year, take_snapshot
from server.store.audit import Subject
from server.store.filings import Filing, FilingState, hold_filing, list_filings, move_filing
from server.store.orgs import OrgRow, ancestor_ids, subtree_ids
from server.store.snapshots import Checksum, Snapshot, list_snapshots
from server.store.tx import Tx

Move = Literal["submit", "return", "accept", "close"]

MOVES: Final[Mapping[Move, tuple[tuple[FilingState, ...], FilingState]]] = {
    "submit": (("draft",), "submitted"),
    "return": (("submitted", "accepted"), "draft"),
    "accept": (("submitted",), "accepted"),
    "close": (("accepted",), "closed"),
}
SAID: Final[Mapping[FilingState, str]] = {
    "draft": "还没有报送",
    "submitted": "已经报送",
    "accepted": "已经接收",
    "closed": "已经关闭",
}


async def move(
    tx: Tx,
    org: OrgRow,
    year: int,
    step: Move,
    *,
    reason: str | None,
    by: str | None,
    at: datetime,
    new_id: Callable[[], str],
    begun: Checksum | None = None,
) -> Filing:
    """Move an organ's year one step on or back; raises Problem when it stands elsewhere.

    What is submitted is a snapshot: `begun` is for `take_snapshot`.
    """
    # Who sends back holds what stands above, too, so that nobody accepts or closes it meanwhile; in the order
    # of ids, so that two of them never wait for each other.
    wanted = await ancestor_ids(tx, org.id) if step == "return" else {org.id}
    held = {key: await hold_filing(tx, key, year, at=at) for key in sorted(wanted)}
    standing = held.pop(org.id)
    olds, new = MOVES[step]
    if standing.state not in olds:
        raise Problem("wrong_state", f"{org.name} {year} 年度的数字{SAID[standing.state]}，不能这样做")
    if step == "return":
        _require_none_taken(held.values(), org, year)
        if not reason:
            raise Problem("invalid", "退回必须写明原因", field="reason")
    snapshot_id = standing.snapshot_id
    if step == "submit":
        again = reason or (f"退回后重报：{standing.reason}" if standing.reason else None)
        frozen = None if again else await _as_now(tx, org, year, begun, at=at)
        taken = frozen or await take_snapshot(
            tx, org, year, reason=again, by=by, at=at, new_id=new_id, begun=begun
        )
        snapshot_id = taken.id
    if step in ("accept", "close"):
        await _require_whole_year(tx, standing, year, at=at)
    if step == "accept":
        await _require_none_sent_back(tx, org, year)
    if step == "close":
        await _require_below(tx, org, year)
    await move_filing(
        tx, org.id, year, standing.state, new, reason=reason, snapshot_id=snapshot_id, by=by, at=at
    )
    await note(tx, "report.filing", Subject(org_id=org.id), at=at, year=year, step=step, reason=reason)
    (moved,) = await list_filings(tx, frozenset((org.id,)), year)
    return moved


async def _as_now(tx: Tx, org: OrgRow, year: int, begun: Checksum | None, *, at: datetime) -> Snapshot | None:
    """Give the newest snapshot of a year where it has what another would have: nobody must say why again."""
    taken, org_ids = await list_snapshots(tx, org.id, year), await subtree_ids(tx, org.id)
    if not taken or tuple(sorted(org_ids)) != taken[-1].org_ids:
        return None
    was_early = day_of(taken[-1].taken_at).year <= year < day_of(at).year
    seal = await seal_year(tx, org_ids, year, begun)
    is_same = (seal.lines, seal.checksum) == (taken[-1].lines, taken[-1].checksum)
    return taken[-1] if is_same and not was_early else None


async def _require_whole_year(tx: Tx, standing: Filing, year: int, *, at: datetime) -> None:
    """Refuse to take figures for those of a year which were frozen before it ended."""
    if day_of(at).year <= year:
        raise Problem("wrong_state", f"{year} 年还没有结束，现在不能接收或关闭这一年的数字")
    frozen = [
        one for one in await list_snapshots(tx, standing.org_id, year) if one.id == standing.snapshot_id
    ]
    if any(day_of(one.taken_at).year <= year for one in frozen):
        day = say_moment(frozen[0].taken_at)
        raise Problem(
            "wrong_state", f"报送的是 {year} 年{day}的数字，不是全年的；请退回，由{standing.org_name}重新报送"
        )


async def filings_below(tx: Tx, org: OrgRow, year: int) -> tuple[Filing, ...]:
    """Give how far an organ and everything below it is; those that have not begun are drafts."""
    return await list_filings(tx, await subtree_ids(tx, org.id), year)


def _require_none_taken(above: Collection[Filing], org: OrgRow, year: int) -> None:
    """Refuse to send back what was summed up above in figures that others rely on already."""
    ways_out: Mapping[FilingState, str] = {"closed": "不能再退回", "accepted": "请先退回上级的数字"}
    for state, way_out in ways_out.items():
        names = tuple(one.org_name for one in above if one.state == state)
        if names:
            told = f"上级机构（{_listed(names)}）{year} 年度的数字{SAID[state]}，其中有{org.name}的数字"
            raise Problem("wrong_state", f"{told}，{way_out}")


async def _require_none_sent_back(tx: Tx, org: OrgRow, year: int) -> None:
    """Refuse to accept sums of which a part is being written anew."""
    open_ones = tuple(
        one.org_name for one in await _owing_below(tx, org, year) if one.state == "draft" and one.reason
    )
    if open_ones:
        raise Problem(
            "wrong_state", f"下级机构有 {len(open_ones)} 个被退回后还没有重新报送：{_listed(open_ones)}"
        )


async def _require_below(tx: Tx, org: OrgRow, year: int) -> None:
    late = tuple(
        one.org_name for one in await _owing_below(tx, org, year) if one.state not in ("accepted", "closed")
    )
    if late:
        raise Problem("wrong_state", f"下级机构还有 {len(late)} 个没有接收：{_listed(late)}")


async def _owing_below(tx: Tx, org: OrgRow, year: int) -> tuple[Filing, ...]:
    """Give the reports below an organ's, but for organs in practice, which owe none."""
    found = await filings_below(tx, org, year)
    return tuple(one for one in found if one.org_id != org.id and not one.is_practice)


def _listed(names: tuple[str, ...]) -> str:
    return "、".join(names[:5]) + (" 等" if len(names) > 5 else "")
