"""The equations of a form: Σ of parts against totals, in every column and every row (RULES.md §4).

A blank part is not a zero: as long as one is missing, only a sum that is already too great is a fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.report.amounts import Amount, Blank, Words, told
from server.report.cells import Cells, Key
from server.report.finding import Finding
from server.report.forms.form import Equation

_SAID: Final = {
    "requests_balance": "新收 + 上年结转 应等于 本年办理总计 + 结转下年度",
    "outcomes_sum": "各项办理结果之和应等于(七)总计",
    "applicants_sum": "自然人与五类组织之和应等于总计",
    "reviews_sum": "各种结果之和应等于总计",
}


@dataclass(frozen=True, slots=True)
class _Instance:
    """An equation in one column or one row."""

    equation: Equation
    where: str
    left: tuple[Key, ...]
    right: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Broken:
    instance: _Instance
    stated: Decimal
    computed: Decimal


def check_equations(cells: Cells) -> Iterator[Finding]:
    """Give a finding for each equation that does not hold; names the one cell that would mend them all."""
    if cells.form is None:
        return
    broken: list[_Broken] = []
    held: list[_Instance] = []
    for instance in _instances(cells):
        fault = _evaluate(cells, instance)
        if fault is None:
            held.append(instance)
        else:
            broken.append(fault)
    sound = {key for instance in held for key in (*instance.left, *instance.right)}
    for one in broken:
        suspect = _suspect(cells, one, broken, sound)
        hint = _SAID.get(one.instance.equation.rule, "各分项之和应等于合计")
        if suspect is not None:
            hint += f"；若“{cells.place(suspect[0])}”为 {told(suspect[1])}，即可吻合"
        yield Finding(
            one.instance.equation.rule,
            "error",
            one.instance.where,
            one.stated,
            one.computed,
            hint,
            one.instance.right if suspect is None else (suspect[0],),
        )


def _instances(cells: Cells) -> Iterator[_Instance]:
    assert cells.form is not None  # noqa: S101 -- checked by the one caller
    for equation in cells.form.equations:
        table = cells.form.table(equation.table)
        if equation.direction == "down":
            for column in table.columns:
                left = tuple((table.key, row, column) for row in equation.left)
                right = tuple((table.key, row, column) for row in equation.right)
                place = f"表{table.key} {column}列" if len(table.columns) > 1 else cells.place(right[0])
                yield _Instance(equation, place, left, right)
        else:
            for row in table.rows:
                left = tuple((table.key, row.key, column) for column in equation.left)
                right = tuple((table.key, row.key, column) for column in equation.right)
                yield _Instance(equation, f"表{table.key} “{row.key}”行", left, right)


def _evaluate(cells: Cells, instance: _Instance) -> _Broken | None:
    left = [cells.values.get(key) for key in instance.left]
    right = [cells.values.get(key) for key in instance.right]
    if any(cell is None or isinstance(cell, Blank | Words) for cell in right):
        return None
    if any(isinstance(cell, Words) for cell in left):
        return None
    given = [cell for cell in left if isinstance(cell, Amount)]
    computed = sum((cell.value for cell in given), Decimal(0))
    stated = sum((cell.value for cell in right if isinstance(cell, Amount)), Decimal(0))
    if computed == stated or not any(isinstance(cell, Amount) for cell in right):
        return None
    open_parts = any(isinstance(cell, Blank) for cell in left)
    if cells.form is not None and len(cells.form.table(instance.equation.table).columns) > 1:
        open_parts = open_parts or None in left
    elif len(given) < 2:
        # Prose names one part of many; two and more are taken for all that are not zero.
        open_parts = True
    if open_parts and computed < stated:
        return None
    return _Broken(instance, stated, computed)


def _suspect(
    cells: Cells, one: _Broken, broken: list[_Broken], sound: set[Key]
) -> tuple[Key, Decimal] | None:
    """Give the one cell whose change would mend every equation that it stands in, and its value then."""
    found: list[tuple[Key, Decimal]] = []
    for key in (*one.instance.left, *one.instance.right):
        cell = cells.values.get(key)
        if key in sound or not isinstance(cell, Amount):
            continue
        changes = {
            fault.stated - fault.computed if key in fault.instance.left else fault.computed - fault.stated
            for fault in broken
            if key in (*fault.instance.left, *fault.instance.right)
        }
        value = cell.value + next(iter(changes))
        if len(changes) == 1 and value >= 0:
            found.append((key, value))
    return found[0] if len(found) == 1 else None
