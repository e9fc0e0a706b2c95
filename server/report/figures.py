"""What the ledger counts → the figures of a period (RULES.md: 不同渠道和方式公开相同信息计1条).

Two numbers, never confused: *items*, where the same item on several channels counts once, and *deliveries*,
where it counts once on each channel. Withdrawals stand beside them and are never subtracted. What was
restated after a snapshot, because an earlier day was proved, is no longer in them and is told beside them.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, Final, get_args

from server.core.days import SHANGHAI
from server.core.problems import Problem
from server.store.joint import JointSide, Together, is_on, sifted_to, sum_joint
from server.store.orgs import find_org_by_code, list_orgs, list_orgs_coded, subtree_ids
from server.store.statistics import Counter, GroupBy, Sieve, sum_figures
from server.store.tx import Tx
from server.store.words import COUNTED_AS

RULE_VERSION: Final = "first-live-2"
"""An item belongs to the day it was first live, on a channel to the day it was first live there.

Until 1 it stayed with the day whose proof came in first.
"""

CALENDAR_VERSION: Final = f"tzdata {version('tzdata')}"
"""What cuts the days: the time zone's rules."""

CHANNEL_NAMES: Final = {
    "website": "政府网站",
    "weibo": "政务微博",
    "wechat": "政务微信",
    "feed": "订阅源（RSS 等）",
    "gazette": "政府公报",
    "other": "其他方式",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A period, both days included (Asia/Shanghai), what is counted in it, and the grouping."""

    start: date
    end: date
    org_code: str | None = None
    group_by: GroupBy = "channel"
    subtree: bool = True
    kind: str | None = None
    column: str | None = None
    topic: str | None = None
    below: tuple[str, ...] | None = None  # the columns that count with it: those below it; None: it alone


@dataclass(frozen=True, slots=True)
class Row:
    """One group: how many items, how many on each channel, how many of these were withdrawn in the period.

    And how many were restated: a snapshot had them in the period, and they belong to an earlier day. Of the
    items of an organ and of the total: how many are joint releases that it leads (`led`), and how many more
    it joined under the lead of another, whose items they are (`joined`).
    """

    key: str
    name: str
    items: int
    deliveries: dict[str, int]
    withdrawn_items: int
    withdrawn_deliveries: dict[str, int]
    restated_items: int
    restated_deliveries: dict[str, int]
    led: int = 0
    joined: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The answer to a question."""

    question: Question
    total: Row
    rows: tuple[Row, ...]
    as_of: datetime

    def as_json(self) -> dict[str, Any]:
        """Give the figures as the statistics answer has them."""
        return {**self._counted(), "as_of": self.as_of.isoformat()}

    def fingerprint(self) -> str:
        """Give the same text for the same figures, whenever they were asked for."""
        told = json.dumps(self._counted(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def _counted(self) -> dict[str, Any]:
        asked = self.question
        return {
            "period": {"from": asked.start.isoformat(), "to": asked.end.isoformat()},
            "org": asked.org_code,
            "subtree": asked.subtree,
            "kind": asked.kind,
            "column": asked.column,
            # Said only where it was asked for: figures that were frozen before are still the same.
            **({} if asked.below is None else {"column_subtree": True}),
            "topic": asked.topic,
            "group_by": asked.group_by,
            "time_zone": str(SHANGHAI),
            "calendar_version": CALENDAR_VERSION,
            "rule_version": RULE_VERSION,
            "items": self.total.items,
            "deliveries": self.total.deliveries,
            "withdrawn": {
                "items": self.total.withdrawn_items,
                "deliveries": self.total.withdrawn_deliveries,
            },
            "restated": {"items": self.total.restated_items, "deliveries": self.total.restated_deliveries},
            "joint": {"led": self.total.led, "joined": self.total.joined},
            "rows": [_row_json(row, asked.group_by) for row in self.rows],
        }


async def sieve_of(tx: Tx, question: Question) -> Sieve:
    """Give what a question counts; raises Problem for an organ that is not there."""
    org_ids = None
    if question.org_code is not None:
        org = await find_org_by_code(tx, question.org_code)
        if org is None:
            raise Problem("unknown_org", f"没有代码为“{question.org_code}”的机构", field="org")
        org_ids = await subtree_ids(tx, org.id) if question.subtree else frozenset((org.id,))
    columns = None
    if question.column is not None:
        columns = frozenset((question.column, *(question.below or ())))
    return Sieve(question.start, question.end, org_ids, question.kind, columns, question.topic)


async def channel_figures(tx: Tx, question: Question, *, at: datetime) -> Figures:
    """Give the figures of a period; a period without data gives zeros."""
    sieve = await sieve_of(tx, question)
    counters = await sum_figures(tx, sieve, question.group_by)
    together = await sum_joint(tx, sieve)
    if question.group_by == "channel":
        rows = tuple(_channel_row(channel, counters) for channel in COUNTED_AS)
    else:
        keys = {counter.key: counter.name for counter in counters}
        rows = tuple(
            _row(key, name, tuple(c for c in counters if c.key == key)) for key, name in keys.items()
        )
    total = _row("total", "合计", counters)
    if together:
        total = _with_joint(total, together, await _scope(tx, sieve, together))
        if question.group_by == "org":
            rows = await _org_rows(tx, sieve, rows, together)
    return Figures(question, total, rows, at)


async def joint_sieve(tx: Tx, question: Question, side: JointSide) -> Sieve:
    """Give what the joint figures of a question count: what its organs led, or what they joined."""
    sieve = await sieve_of(tx, question)
    together = await sum_joint(tx, sieve)
    return sifted_to(sieve, together, await _scope(tx, sieve, together), side)


async def _scope(tx: Tx, sieve: Sieve, together: tuple[Together, ...]) -> frozenset[str]:
    """Give the codes of the organs that are counted; where all are, whoever leads is one of them."""
    if sieve.org_ids is None:
        return frozenset(one.lead for one in together)
    return frozenset(org.code for org in await list_orgs(tx, sieve.org_ids))


async def _org_rows(
    tx: Tx, sieve: Sieve, rows: tuple[Row, ...], together: tuple[Together, ...]
) -> tuple[Row, ...]:
    """Give the rows of organs with their joint releases, those that only joined others among them."""
    missing = frozenset(code for one in together for code in one.joined) - {row.key for row in rows}
    others = await list_orgs_coded(tx, missing)
    more = [_row(o.code, o.name, ()) for o in others if sieve.org_ids is None or o.id in sieve.org_ids]
    every = sorted((*rows, *more), key=lambda row: row.key)
    return tuple(_with_joint(row, together, frozenset((row.key,))) for row in every)


def _with_joint(row: Row, together: tuple[Together, ...], codes: frozenset[str]) -> Row:
    led, joined = (
        sum(one.count for one in together if is_on(one, codes, side)) for side in get_args(JointSide)
    )
    return replace(row, led=led, joined=joined)


def _row(key: str, name: str, counters: tuple[Counter, ...]) -> Row:
    return Row(
        key=key,
        name=name,
        items=_sum(counters, "item", "counted"),
        deliveries={channel: _sum(counters, channel, "counted") for channel in COUNTED_AS},
        withdrawn_items=_sum(counters, "item", "withdrawn"),
        withdrawn_deliveries={channel: _sum(counters, channel, "withdrawn") for channel in COUNTED_AS},
        restated_items=_sum(counters, "item", "restated"),
        restated_deliveries={channel: _sum(counters, channel, "restated") for channel in COUNTED_AS},
    )


def _channel_row(channel: str, counters: tuple[Counter, ...]) -> Row:
    """Give the row of one channel: on one channel, items and deliveries are the same number."""
    mine = tuple(counter for counter in counters if counter.channel == channel)
    row = _row(channel, CHANNEL_NAMES[channel], mine)
    return Row(
        key=channel,
        name=row.name,
        items=row.deliveries[channel],
        deliveries={channel: row.deliveries[channel]},
        withdrawn_items=row.withdrawn_deliveries[channel],
        withdrawn_deliveries={channel: row.withdrawn_deliveries[channel]},
        restated_items=row.restated_deliveries[channel],
        restated_deliveries={channel: row.restated_deliveries[channel]},
    )


def _row_json(row: Row, group_by: GroupBy) -> dict[str, Any]:
    return {
        group_by: row.key,
        "name": row.name,
        "items": row.items,
        "deliveries": row.deliveries,
        "withdrawn": {"items": row.withdrawn_items, "deliveries": row.withdrawn_deliveries},
        "restated": {"items": row.restated_items, "deliveries": row.restated_deliveries},
        **({"joint": {"led": row.led, "joined": row.joined}} if group_by == "org" else {}),
    }


def _sum(counters: tuple[Counter, ...], channel: str, line: str) -> int:
    return sum(counter.count for counter in counters if (counter.channel, counter.line) == (channel, line))
