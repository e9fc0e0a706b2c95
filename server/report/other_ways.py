"""Proofs of what was shown in other ways (gazette, notice board, broadcast), from a table that somebody kept.

An organ that counts by hand files a year's proofs at once. All rows are looked at before one is filed; a row
that was filed before is passed over, so the same table may come in again with more rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from server.core.days import SHANGHAI
from server.core.evidence import record_evidence, require_past
from server.core.problems import Problem, Problems
from server.core.settle import Bench
from server.report.rows_in import RowIn
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.evidence import Evidence, find_evidence
from server.store.items import find_item_by_index_number
from server.store.tx import Tx

NAMES: Final = ("索引号", "账号", "公开地点", "公开时间", "经办人")
_SHAPES: Final = (
    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y年%m月%d日", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H:%M", "%Y.%m.%d",
)  # fmt: skip
_LONGEST: Final = {"公开地点": 200, "经办人": 60, "备注": 500}


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a row: its number in the file (the head is row 1), and the delivery it proves."""

    number: int
    state: Literal["filed", "filed_before"]
    delivery_id: str
    account: str


async def file_other_ways(
    tx: Tx,
    rows: tuple[RowIn, ...],
    bench: Bench,
    *,
    may: Callable[[str], bool],
    by: str,
    at: datetime,
) -> tuple[Filed, ...]:
    """File the proofs of rows; raises Problems, one for each wrong cell (`rows.<number>.<name>`).

    What is wrong with no cell alone is `rows.<number>`. Whoever gets Problems undoes the transaction: nothing
    is filed.

    `may` says whether the person may file proofs for an organ, by its id.
    """
    if not rows:
        raise Problem("invalid", "文件里没有数据行", field="file")
    filed: list[Filed] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for row in rows:
        wrong = list(_wrong_cells(row, at))
        try:
            leg = await _leg_of(tx, row, may)
            if seen.setdefault(leg.id, row.number) != row.number:
                raise Problem("invalid", f"与第 {seen[leg.id]} 行重复")
            if not wrong:
                filed.append(await _file(tx, row, leg, _proof_of(row), bench, by=by, at=at))
        except Problem as problem:
            wrong.insert(0, problem)
        problems += (_placed(one, row.number) for one in wrong)
    if problems:
        raise Problems(tuple(problems))  # and the caller's transaction is undone
    return tuple(filed)


async def _leg_of(tx: Tx, row: RowIn, may: Callable[[str], bool]) -> DeliverySeen:
    number, named = row.values["索引号"], row.values["账号"]
    if not number:
        raise Problem("invalid", "“索引号”是空的", field="索引号")
    item = await find_item_by_index_number(tx, number)
    # A foreign organ's item is told from one that is not there by nobody.
    if item is None or not may(item.org.id):
        told = f"没有索引号为“{number[:64]}”的稿件，或者您不能为它登记凭据"
        raise Problem("unknown_item", told, field="索引号")
    here = [leg for leg in await list_deliveries(tx, item.id) if named in (leg.account, leg.account_name)]
    ours = [leg for leg in here if leg.channel == "other" and leg.state in ("waiting", "live")]
    if not ours:
        told = f"这篇稿件没有发布到“{named[:60]}”，或者那里不用登记凭据" if named else "“账号”是空的"
        raise Problem("unknown_delivery", told, field="账号")
    return ours[-1]


async def _file(
    tx: Tx, row: RowIn, leg: DeliverySeen, proof: Evidence, bench: Bench, *, by: str, at: datetime
) -> Filed:
    if leg.state == "live":
        before = await find_evidence(tx, leg.id)
        if before is None or (before.place, before.shown_at) != (proof.place, proof.shown_at):
            raise Problem("wrong_state", "这条投递已经登记过，地点或时间与这一行不同")
        return Filed(row.number, "filed_before", leg.id, leg.account)
    await record_evidence(tx, leg.id, proof, bench, by=by, at=at)
    return Filed(row.number, "filed", leg.id, leg.account)


def _placed(problem: Problem, number: int) -> Problem:
    cell = f".{problem.field}" if problem.field in (*NAMES, "备注") else ""
    return Problem(problem.code, problem.message, field=f"rows.{number}{cell}")


def _wrong_cells(row: RowIn, at: datetime) -> Iterator[Problem]:
    """Give everything that is wrong with a proof, so that a person corrects a sheet once."""
    for name, longest in _LONGEST.items():
        value = row.values.get(name, "")
        if len(value) > longest:
            yield Problem("invalid", f"“{name}”不能超过 {longest} 字", field=name)
        elif not value and name in NAMES:
            yield Problem("invalid", f"“{name}”是空的", field=name)
    try:
        require_past(_moment(row.values["公开时间"]), at)
    except Problem as problem:
        yield Problem(problem.code, problem.message, field="公开时间")


def _proof_of(row: RowIn) -> Evidence:
    return Evidence(
        place=row.values["公开地点"],
        shown_at=_moment(row.values["公开时间"]),
        shown_by=row.values["经办人"],
        picture=None,
        note=row.values.get("备注") or None,
    )


def _moment(text: str) -> datetime:
    """Read a moment in Beijing; a day alone stands for its beginning."""
    for shape in _SHAPES:
        try:
            return datetime.strptime(text, shape).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    told = f"“公开时间”读不懂：{text[:40]}" if text else "“公开时间”是空的"
    raise Problem("invalid", f"{told}；请写成 2026-03-05 或 2026-03-05 09:00")
