"""Counters → the figures of a period, per channel (DESIGN §6, domain: 不同渠道和方式公开相同信息计1条).

Two numbers, never confused: *items*, where the same item on several channels counts once, and *deliveries*,
where it counts once on each channel. Withdrawals stand beside them and are never subtracted.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from server.core.days import SHANGHAI
from server.core.problems import Problem
from server.store.ledger import Counter, GroupBy, sum_counters
from server.store.orgs import find_org_by_code, subtree_ids
from server.store.tx import Tx
from server.store.words import COUNTED_AS

RULE_VERSION: Final = "first-live-1"
"""An item belongs to the day it was first live, on a channel to the day it was first live there."""


@dataclass(frozen=True, slots=True)
class Question:
    """A period, both days included (Asia/Shanghai), an organ with its subtree or all, and the grouping."""

    start: date
    end: date
    org_code: str | None = None
    group_by: GroupBy = "channel"


@dataclass(frozen=True, slots=True)
class Row:
    """One group: how many items, how many on each channel, how many of these were withdrawn in the period."""

    key: str
    items: int
    deliveries: dict[str, int]
    withdrawn_items: int
    withdrawn_deliveries: dict[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The answer to a question."""

    question: Question
    total: Row
    rows: tuple[Row, ...]
    as_of: datetime

    def as_json(self) -> dict[str, Any]:
        """Give the figures as the statistics answer has them."""
        return {
            "period": {"from": self.question.start.isoformat(), "to": self.question.end.isoformat()},
            "org": self.question.org_code,
            "group_by": self.question.group_by,
            "time_zone": str(SHANGHAI),
            "rule_version": RULE_VERSION,
            "as_of": self.as_of.isoformat(),
            "items": self.total.items,
            "deliveries": self.total.deliveries,
            "withdrawn": {
                "items": self.total.withdrawn_items,
                "deliveries": self.total.withdrawn_deliveries,
            },
            "rows": [_row_json(row, self.question.group_by) for row in self.rows],
        }


async def channel_figures(tx: Tx, question: Question, *, at: datetime) -> Figures:
    """Give the figures of a period; a period without data gives zeros."""
    org_ids = None
    if question.org_code is not None:
        org = await find_org_by_code(tx, question.org_code)
        if org is None:
            raise Problem("unknown_org", f"没有代码为“{question.org_code}”的机构", field="org")
        org_ids = await subtree_ids(tx, org.id)
    counters = await sum_counters(
        tx, question.start, question.end, org_ids=org_ids, group_by=question.group_by
    )
    if question.group_by == "channel":
        rows = tuple(_channel_row(channel, counters) for channel in COUNTED_AS)
    else:
        keys = dict.fromkeys(counter.key for counter in counters)
        rows = tuple(_row(key, tuple(c for c in counters if c.key == key)) for key in keys)
    return Figures(question, _row("total", counters), rows, at)


def _row(key: str, counters: tuple[Counter, ...]) -> Row:
    return Row(
        key=key,
        items=_sum(counters, "item", "counted"),
        deliveries={channel: _sum(counters, channel, "counted") for channel in COUNTED_AS},
        withdrawn_items=_sum(counters, "item", "withdrawn"),
        withdrawn_deliveries={channel: _sum(counters, channel, "withdrawn") for channel in COUNTED_AS},
    )


def _channel_row(channel: str, counters: tuple[Counter, ...]) -> Row:
    """Give the row of one channel: on one channel, items and deliveries are the same number."""
    mine = tuple(counter for counter in counters if counter.channel == channel)
    row = _row(channel, mine)
    return Row(
        key=channel,
        items=row.deliveries[channel],
        deliveries={channel: row.deliveries[channel]},
        withdrawn_items=row.withdrawn_deliveries[channel],
        withdrawn_deliveries={channel: row.withdrawn_deliveries[channel]},
    )


def _row_json(row: Row, group_by: GroupBy) -> dict[str, Any]:
    return {
        group_by: row.key,
        "items": row.items,
        "deliveries": row.deliveries,
        "withdrawn": {"items": row.withdrawn_items, "deliveries": row.withdrawn_deliveries},
    }


def _sum(counters: tuple[Counter, ...], channel: str, line: str) -> int:
    return sum(counter.count for counter in counters if (counter.channel, counter.line) == (channel, line))
