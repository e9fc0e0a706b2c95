"""What a single cell may hold: numbers that can be counts, and no cell left empty (RULES.md §4)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from server.report.amounts import Amount, Blank, Words
from server.report.cells import Cells, told_key
from server.report.finding import Finding
from server.report.forms.form2014 import CHANNELS, TOTAL

_MONEY: Final = ("收费金额", "采购总金额", "收取的费用", "专项经费")
_SIGNED: Final = "本年增/减"
_TOLD_MOST: Final = 3


def check_cells(cells: Cells) -> Iterator[Finding]:
    """Give a finding for each cell that holds no possible figure, and one for each table with blanks."""
    blanks: dict[str, list[str]] = {}
    for key, cell in cells.values.items():
        if isinstance(cell, Blank) and key[0] in cells.whole:
            blanks.setdefault(key[0], []).append(told_key(key))
        elif isinstance(cell, Words):
            hint = "应填数字，减少写成 -4 这样" if key[2] == _SIGNED else "应填数字，没有的填 0，不适用填“/”"
            yield Finding("not_a_number", "warning", cells.place(key), cell.text, None, hint, (key,))
        elif isinstance(cell, Amount):
            yield from _check_amount(cells, key, cell)
    for table, empty in blanks.items():
        listed = "、".join(empty[:_TOLD_MOST]) + (" 等" if len(empty) > _TOLD_MOST else "")
        hint = f"{len(empty)} 格空白：没有的填 0，不适用的填“/”。空白、0 和“/”是三种意思"
        yield Finding("blank_cell", "warning", f"表{table}：{listed}", None, None, hint)


def check_parts(cells: Cells) -> Iterator[Finding]:
    """Check the rows that are parts of others, and the law of the channels."""
    if cells.form is None:
        return
    for bound in cells.form.at_most:
        column = cells.form.table(bound.table).columns[0]
        part = cells.amount(bound.table, bound.part, column)
        whole = cells.amount(bound.table, bound.whole, column)
        if part is not None and whole is not None and part.value > whole.value:
            key = (bound.table, bound.part, column)
            hint = f"不应大于“{bound.whole}”"
            yield Finding(bound.rule, "error", cells.place(key), part.value, whole.value, hint, (key,))
    yield from _check_channels(cells)


def _check_channels(cells: Cells) -> Iterator[Finding]:
    """Check that the largest channel ≤ items ≤ Σ channels, where the table gives all five rows."""
    if cells.form is None or "统计表" not in cells.whole:
        return
    column = cells.form.tables[0].columns[0]
    total = cells.amount("统计表", TOTAL, column)
    channels = [cells.amount("统计表", row.key, column) for row in CHANNELS]
    given = [one.value for one in channels if one is not None]
    if total is None or not given:
        return
    key = ("统计表", TOTAL, column)
    place = cells.place(key)
    if max(given) > total.value:
        yield Finding(
            "channel_exceeds_total",
            "error",
            place,
            total.value,
            max(given),
            "任何渠道的条数都不应大于主动公开总数",
            (key,),
        )
    elif len(given) == len(channels) and sum(given, Decimal(0)) < total.value:
        hint = "同一信息只计 1 条，总数不应大于各渠道之和"
        yield Finding("channels_short", "error", place, total.value, sum(given, Decimal(0)), hint, (key,))


def _check_amount(cells: Cells, key: tuple[str, str, str], cell: Amount) -> Iterator[Finding]:
    if any(word in key[2] or word in key[1] for word in _MONEY):
        if cell.value < 0:
            yield Finding("negative", "error", cells.place(key), cell.value, None, "金额不应为负数", (key,))
    elif cell.value != cell.value.to_integral_value():
        yield Finding("not_whole", "error", cells.place(key), cell.value, None, "件数应是整数", (key,))
    elif cell.value < 0 and key[2] != _SIGNED:
        yield Finding("negative", "error", cells.place(key), cell.value, None, "件数不应为负数", (key,))
