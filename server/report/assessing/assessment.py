"""An assessment (考核) of organs over a year: a table of indicators, each with its value, basis and points.

What the ledger knows is computed and cannot be typed over; the rest is entered with its source and kept as
declared figures are, the newest entry standing. What is missing earns nothing and is said to be missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from server.core.acts import note
from server.core.gates import WorkingDays
from server.core.problems import Problem, Problems
from server.report.assessing.measures import Measured, measure
from server.report.assessing.scheme import Indicator
from server.report.declaring import Declared
from server.store.audit import Subject
from server.store.declared import DeclaredFigure, insert_declared, list_declared
from server.store.orgs import OrgRow, list_orgs, subtree_ids
from server.store.tx import Tx

_FRONT: Final = "考核|"
_MOST: Final = 300  # organs in one table


@dataclass(frozen=True, slots=True)
class Cell:
    """An indicator of an organ: None where it was not entered, or where there is nothing to measure.

    A share that was computed is `part` of `whole`.
    """

    indicator: Indicator
    value: Decimal | None
    basis: str
    points: Decimal | None
    part: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class Assessed:
    """An organ's column: `points` of `possible`, the weights of those indicators that have a value."""

    org: OrgRow
    cells: tuple[Cell, ...]

    @property
    def points(self) -> Decimal:
        """Give the points earned."""
        return sum((cell.points for cell in self.cells if cell.points is not None), Decimal(0))

    @property
    def possible(self) -> Decimal:
        """Give the points that could have been earned with what is known."""
        return sum((cell.indicator.weight for cell in self.cells if cell.points is not None), Decimal(0))

    @property
    def missing(self) -> tuple[str, ...]:
        """Give the names of what nobody has entered."""
        return tuple(
            cell.indicator.name
            for cell in self.cells
            if cell.value is None and not cell.indicator.is_computed
        )


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole table; organs by code."""

    year: int
    scheme: tuple[Indicator, ...]
    organs: tuple[Assessed, ...]
    as_of: datetime


async def assess(
    tx: Tx, top: OrgRow, year: int, scheme: tuple[Indicator, ...], calendar: WorkingDays, *, at: datetime
) -> Assessment:
    """Assess an organ and everything below it over a year; raises Problem when these are too many."""
    organs = await list_orgs(tx, await subtree_ids(tx, top.id))
    if len(organs) > _MOST:
        raise Problem("invalid", f"一次最多考核 {_MOST} 个机构，请选下一级机构", field="org")
    measured = await measure(tx, organs, year, calendar, at=at)
    assessed = []
    for org in organs:
        entered = {figure.key: figure for figure in await list_declared(tx, org.id, year)}
        cells = [
            _computed(one, measured[org.id][one.key]) if one.is_computed else _entered(one, entered)
            for one in scheme
        ]
        assessed.append(Assessed(org, tuple(cells)))
    return Assessment(year, scheme, tuple(assessed), at)


async def enter_values(
    tx: Tx,
    org: OrgRow,
    year: int,
    scheme: tuple[Indicator, ...],
    values: Sequence[Declared],
    *,
    by: str,
    at: datetime,
    new_id: Callable[[], str],
) -> None:
    """Enter what the ledger does not know of an organ; raises Problems, writing none."""
    known = {name: one for one in scheme for name in (one.key, one.name)}
    rows: list[DeclaredFigure] = []
    problems: list[Problem] = []
    for number, given in enumerate(values):
        try:
            one, value = _given(known.get(given.key), given)
            key, source = _FRONT + one.key, given.source.strip()
            rows.append(DeclaredFigure(new_id(), org.id, year, key, f"{value:f}", source, by, at))
        except Problem as problem:
            problems.append(Problem(problem.code, problem.message, field=f"figures.{number}.{problem.field}"))
    if problems:
        raise Problems(tuple(problems))
    await insert_declared(tx, rows)
    told = {row.key: row.value for row in rows}
    await note(tx, "report.declare", Subject(org_id=org.id), at=at, year=year, figures=told)


def _given(one: Indicator | None, given: Declared) -> tuple[Indicator, Decimal]:
    if one is None:
        raise Problem("invalid", f"没有“{given.key[:60]}”这个考核指标", field="key")
    if one.is_computed:
        raise Problem("invalid", f"“{one.name}”由系统计算，不能填报", field="key")
    if not given.source.strip():
        raise Problem("invalid", "请写明数字的来源", field="source")
    value = _number(given.value)
    if value is None or value < 0 or value > 1_000_000 or (one.unit == "%" and value > 100):
        raise Problem("invalid", f"“{one.name}”应是不小于 0 的数字，比例不大于 100", field="value")
    return one, value


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip().removesuffix("%")) if len(text) <= 32 else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _computed(one: Indicator, found: Measured | None) -> Cell:
    if found is None:
        return Cell(one, None, "没有可以计算的数据", None)
    return Cell(one, found.value, found.basis, one.points(found.value), found.part, found.whole)


def _entered(one: Indicator, entered: dict[str, DeclaredFigure]) -> Cell:
    figure = entered.get(_FRONT + one.key)
    if figure is None:
        return Cell(one, None, "没有填报", None)
    value = Decimal(figure.value)
    return Cell(one, value, figure.source, one.points(value))
