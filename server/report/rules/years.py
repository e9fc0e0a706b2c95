"""Across years: what was carried forward must be what is brought forward (RULES.md §4, K)."""

from collections.abc import Iterator
from typing import Final

from server.report.amounts import told
from server.report.cells import Cells
from server.report.finding import Finding
from server.report.forms.form2021 import IN_FORCE, MADE, REPEALED

_RULES_TABLE: Final = "二(一)"


def check_years(cells: Cells, last: Cells) -> Iterator[Finding]:
    """Check a report's cells against those of the year before."""
    if cells.form is None or last.form is None:
        return
    for bound in cells.form.carried_over:
        for column in cells.form.table(bound.table).columns:
            now = cells.amount(bound.table, bound.row, column)
            then = last.amount(bound.table, bound.last_year_row, column)
            if now is not None and then is not None and now.value != then.value:
                key = (bound.table, bound.row, column)
                hint = f"上一年度报告“{bound.last_year_row}”为 {told(then.value)}"
                yield Finding(bound.rule, "error", cells.place(key), now.value, then.value, hint, (key,))
    yield from _check_in_force(cells, last)


def _check_in_force(cells: Cells, last: Cells) -> Iterator[Finding]:
    if cells.form is None or _RULES_TABLE not in {table.key for table in cells.form.tables}:
        return
    for row in cells.form.table(_RULES_TABLE).rows:
        now = cells.amount(_RULES_TABLE, row.key, IN_FORCE)
        made = cells.amount(_RULES_TABLE, row.key, MADE)
        repealed = cells.amount(_RULES_TABLE, row.key, REPEALED)
        before = last.amount(_RULES_TABLE, row.key, IN_FORCE)
        if now is None or made is None or repealed is None or before is None:
            continue
        expected = before.value + made.value - repealed.value
        if now.value != expected:
            key = (_RULES_TABLE, row.key, IN_FORCE)
            # Clean-ups and reorganisations break it too, so that a person must judge.
            hint = "上年现行有效 + 本年制发 − 本年废止；因清理或机构调整不等时请在文中说明"
            yield Finding("in_force", "warning", cells.place(key), now.value, expected, hint, (key,))
