"""The percentages of an entry (JSON): shares of a total, growth, and shares told without their total."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from server.report.amounts import Amount, read_cell, told
from server.report.entry import Entry
from server.report.finding import Finding
from server.report.rules.growth import growth, may_have_grown
from server.report.rules.shares import share

_PERCENT: Final = "_percent"
_GROWTH: Final = "同比"
_PASSING: Final = "合格率"
_FAILING: Final = "不合格"
_TOTALS: Final = ("主动公开", "总数", "合计", "总计", "公开政府信息")
_WIDE: Final = Decimal("0.01")


def check_rates(entry: Entry, last: Entry | None) -> Iterator[Finding]:
    """Give the percentages that do not follow from the figures beside them, or from last year's."""
    yield from _check_object((), entry.figures, None if last is None else last.figures)


def _check_object(
    path: tuple[str, ...], tree: Mapping[str, Any], last: Mapping[str, Any] | None
) -> Iterator[Finding]:
    amounts = {
        name: cell
        for name, value in tree.items()
        if not isinstance(value, Mapping | list) and isinstance(cell := read_cell(value), Amount)
    }
    names = list(amounts)
    for at, name in enumerate(names):
        if not name.endswith(_PERCENT):
            continue
        where = "/".join((*path, name))
        if name.startswith(_GROWTH):
            yield from _check_growth(where, amounts[name], names[:at], amounts, last)
        else:
            yield from _check_share(where, name.removesuffix(_PERCENT), names[:at], amounts)
    yield from _check_implied(path, amounts)
    for name, below in tree.items():
        if isinstance(below, Mapping):
            before = last.get(name) if last is not None else None
            yield from _check_object((*path, name), below, before if isinstance(before, Mapping) else None)


def _check_growth(
    where: str,
    percent: Amount,
    before: list[str],
    amounts: Mapping[str, Amount],
    last: Mapping[str, Any] | None,
) -> Iterator[Finding]:
    counts = [name for name in before if not name.endswith(_PERCENT)]
    if not counts:
        return
    now = amounts[counts[-1]].value
    earlier = read_cell(last.get(counts[-1])) if last is not None else None
    if isinstance(earlier, Amount) and earlier.value > 0:
        computed = growth(now, earlier.value, percent.decimals)
        if computed != percent.value:
            hint = f"{told(now)} 比上年 {told(earlier.value)} 应为 {told(computed)}%"
            yield Finding("growth_differs", "error", where, percent.value, computed, hint)
    elif not may_have_grown(now, percent.value, percent.decimals):
        hint = f"没有一个上年的整数能使 {told(now)} 的增幅为 {told(percent.value)}%"
        yield Finding("growth_impossible", "warning", where, percent.value, None, hint)


def _check_share(
    where: str, name: str, before: list[str], amounts: Mapping[str, Amount]
) -> Iterator[Finding]:
    percent = amounts[name + _PERCENT]
    counts = {one: amounts[one].value for one in before if not one.endswith(_PERCENT)}
    part = counts.get(name)
    if name == _PASSING and _FAILING in counts:
        failing = counts[_FAILING]
        wholes = [value for one, value in counts.items() if value > failing and one != _FAILING]
        shares = [share(whole - failing, whole, percent.decimals) for whole in wholes]
    elif part is not None:
        wholes = [
            value
            for one, value in counts.items()
            if one != name and value >= part and any(t in one for t in _TOTALS)
        ]
        shares = [share(part, whole, percent.decimals) for whole in wholes if whole > 0]
    else:
        return
    if shares and percent.value not in shares:
        computed = min(shares, key=lambda one: abs(one - percent.value))
        yield Finding(
            "share_differs", "error", where, percent.value, computed, f"按所列数字应为 {told(computed)}%"
        )


def _check_implied(path: tuple[str, ...], amounts: Mapping[str, Amount]) -> Iterator[Finding]:
    """Shares told without their total still imply one, and it must be about the same for each of them."""
    if any(word in name for name in amounts for word in _TOTALS):
        return
    ranges = []
    for name, part in amounts.items():
        percent = amounts.get(name + _PERCENT)
        if percent is None or percent.value <= 0 or part.value <= 0:
            continue
        half = Decimal(5).scaleb(-percent.decimals - 1)
        low, high = (
            part.value * 100 / (percent.value + half),
            part.value * 100 / max(percent.value - half, half),
        )
        ranges.append((name, low * (1 - _WIDE), high * (1 + _WIDE)))
    for (one, low, high), (other, next_low, next_high) in pairwise(ranges):
        if high < next_low or next_high < low:
            where = "/".join((*path, other + _PERCENT))
            hint = f"与“{one}”的占比推出的总数不一致"
            yield Finding("shares_disagree", "warning", where, amounts[other + _PERCENT].value, None, hint)
