"""Sensitive days: put down, taken out, and told to whoever is about to publish on one."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from scheduler.memorials import memorial_of
from server.core.acts import note
from server.core.problems import Problem
from server.store.sensitive_days import (
    SensitiveDays,
    Weight,
    drop_sensitive_days,
    list_sensitive_days,
    put_sensitive_days,
)
from server.store.tx import Tx

WEIGHT_NAMES: Final[dict[Weight, str]] = {"note": "提示", "warning": "警告"}
MOST: Final = 1000
LONGEST_REASON: Final = 100
LONGEST_RANGE: Final = 366


async def note_sensitive_days(
    tx: Tx, ranges: tuple[SensitiveDays, ...], *, by: str | None, at: datetime
) -> None:
    """Put ranges down, all or none; refuses one that ends before it begins or is longer than a year."""
    for one in ranges:
        if one.last < one.first:
            raise Problem("invalid", "截止日不能早于起始日", field="last")
        if (one.last - one.first).days >= LONGEST_RANGE:
            raise Problem("invalid", f"一段敏感日期最长 {LONGEST_RANGE} 天", field="last")
    await put_sensitive_days(tx, ranges, by=by, at=at)
    told = [f"{_said(one)} {one.reason}（{WEIGHT_NAMES[one.weight]}）" for one in ranges[:10]]
    await note(tx, "calendar.sensitive", at=at, number=len(ranges), days=told)


async def forget_sensitive_days(tx: Tx, one: SensitiveDays, *, at: datetime) -> None:
    """Take a range out; refuses one that is not there."""
    if not await drop_sensitive_days(tx, one):
        raise Problem("invalid", f"敏感日期里没有 {_said(one)} {one.reason}", field="first")
    await note(tx, "calendar.sensitive_drop", at=at, days=[f"{_said(one)} {one.reason}"])


async def warn_of_days(tx: Tx, days: Iterable[date]) -> list[str]:
    """Say for each of the days why it should be thought over, the heavier reasons first."""
    wanted = sorted(frozenset(days))
    if not wanted:
        return []
    ranges = await list_sensitive_days(tx, wanted[0], wanted[-1], MOST)
    told = []
    for day in wanted:
        named = f"{day.month}月{day.day}日"
        meant = [one for one in ranges if one.first <= day <= one.last]
        told += [
            f"警告：{named}是敏感日期（{one.reason}），请确认这一天确有必要发布。"
            for one in meant if one.weight == "warning"
        ]  # fmt: skip
        told += [
            f"提示：{named}是敏感日期（{one.reason}），发布请慎重。" for one in meant if one.weight == "note"
        ]
        memorial = memorial_of(day)
        if memorial:
            told.append(f"提示：{named}是{memorial}，发布请慎重，娱乐性内容宜避开。")
    return told


def _said(one: SensitiveDays) -> str:
    return (
        one.first.isoformat()
        if one.first == one.last
        else f"{one.first.isoformat()} 至 {one.last.isoformat()}"
    )
