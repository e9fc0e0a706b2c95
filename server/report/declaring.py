"""Figures that a person enters for a report: each must be a cell of the form, or a count of a year long ago.

All of them are checked before one is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from server.core.acts import note
from server.core.problems import Problem, Problems
from server.report.amounts import Amount, NotApplicable, read_cell
from server.report.drafting.given import keys_of
from server.report.figures import CHANNEL_NAMES
from server.report.filing import SAID
from server.report.forms.form import Form, normal
from server.report.forms.versions import form_of_year
from server.store.audit import Subject
from server.store.declared import DeclaredFigure, insert_declared
from server.store.filings import hold_filing
from server.store.orgs import OrgRow
from server.store.tx import Tx

HISTORY: Final = {"items": "主动公开政府信息数", **CHANNEL_NAMES}
"""Counts of years before the system, which stand apart from what the ledger proves."""

_MONEY: Final = ("万元", "收费", "金额", "费用", "经费")
_SIGNED: Final = "本年增/减"
_LARGEST: Final = Decimal(10) ** 12
_LONGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Declared:
    """One figure as it came in."""

    key: str
    value: str
    source: str


async def declare(
    tx: Tx,
    org: OrgRow,
    year: int,
    figures: Sequence[Declared],
    *,
    by: str | None,
    at: datetime,
    new_id: Callable[[], str],
) -> tuple[DeclaredFigure, ...]:
    """Write figures of an organ's year; raises Problems, one for each that cannot be, writing none.

    Raises Problem while the year is submitted, and once it was accepted: it must be sent back first.
    """
    await _require_open(tx, org, year, at=at)
    form = form_of_year(year)
    rows: list[DeclaredFigure] = []
    problems: list[Problem] = []
    for at_, one in enumerate(figures):
        try:
            key = address_of(form, one.key)
            value = _checked(key, one.value)
            if not one.source.strip():
                raise Problem("invalid", "请写明数字的来源", field="source")
            rows.append(DeclaredFigure(new_id(), org.id, year, key, value, one.source.strip(), by, at))
        except Problem as problem:
            problems.append(Problem(problem.code, problem.message, field=f"figures.{at_}.{problem.field}"))
    if problems:
        raise Problems(tuple(problems))
    await insert_declared(tx, rows)
    told = {row.key: row.value for row in rows}
    await note(tx, "report.declare", Subject(org_id=org.id), at=at, year=year, figures=told)
    return tuple(rows)


async def _require_open(tx: Tx, org: OrgRow, year: int, *, at: datetime) -> None:
    # Held, so that no figure comes in beside a submission and stands under what the office accepts.
    standing = await hold_filing(tx, org.id, year, at=at)
    if standing.state != "draft":
        then = "，不能再改" if standing.state == "closed" else "，退回以后才能改"
        raise Problem("wrong_state", f"{org.name} {year} 年度的数字{SAID[standing.state]}{then}")


def address_of(form: Form | None, given: str) -> str:
    """Give a cell's address from how a person names it: table|row|column, or what only it is called."""
    if given in HISTORY:
        return given
    history = {normal(name): key for key, name in HISTORY.items()}
    if form is None:
        if normal(given) in history:
            return history[normal(given)]
        raise Problem("invalid", "这个年度没有全国统一的表，只能填报各渠道条数", field="key")
    addresses = keys_of(form)
    if given in addresses:
        return given
    parts = [normal(part) for part in given.split("|")]
    found = [
        text
        for text, (_table, row, column) in addresses.items()
        if normal(row) == parts[-1 if len(parts) == 1 else -2]
        and (len(parts) == 1 or normal(column) == parts[-1])
    ]
    if len(found) == 1:
        return found[0]
    if not found and normal(given) in history:
        return history[normal(given)]
    why = "表里没有这一格" if not found else f"有 {len(found)} 格叫这个名字，请写成“表|行|列”"
    raise Problem("invalid", f"“{given[:60]}”：{why}", field="key")


def _checked(key: str, text: str) -> str:
    name = HISTORY.get(key) or "，".join(key.split("|")[1:])
    cell = read_cell(text) if len(text) <= _LONGEST else None
    match cell:
        case NotApplicable() if key not in HISTORY:
            return "/"
        case Amount(value):
            if abs(value) >= _LARGEST or (value < 0 and _SIGNED not in key):
                raise Problem("invalid", f"“{name}”不能为负，也不能大得离谱", field="value")
            if value != value.to_integral_value() and not any(word in key for word in _MONEY):
                raise Problem("invalid", f"“{name}”应是整数", field="value")
            return f"{value:f}"
        case _:
            otherwise = "" if key in HISTORY else "；不适用的填“/”"
            raise Problem("invalid", f"“{name}”应是数字{otherwise}", field="value")
