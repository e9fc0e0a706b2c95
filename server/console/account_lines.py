"""The accounts of the visitor's organs as lines: health, permission, silence, and what went out on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from scheduler.deadlines import NEWS_SILENCE, NEWS_SILENCE_WARNING
from server.console.names import Tone
from server.console.page import Visit
from server.console.rows import CHANNEL_ORDER
from server.console.statistics import rows_address
from server.core.budgets import day_limit
from server.core.days import day_of, starts_at
from server.core.release import OpenChannel
from server.report.figures import Question
from server.store.accounts import OWNER, AccountRow, list_accounts
from server.store.practice import list_resting
from server.store.statistics import Sieve, sum_figures
from server.store.tx import Tx
from server.store.watching import (
    AccountHeard,
    LastShown,
    count_live_since,
    list_accounts_heard,
    list_last_shown,
)
from server.store.words import SOCIAL

_SOON: Final = 7


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account with what an editor wants to know of it today."""

    row: AccountRow
    last_on: date | None
    last: LastShown | None
    ago: int | None  # days since then
    silent: int | None  # days without anything, where the law watches them
    permitted_for: int | None  # days until its permission ends
    this_month: int
    rows: str  # the address of the lines behind this
    today: int
    most_today: int | None  # what the office or the platform allows a day
    may_manage: bool
    rests: bool  # a practice account, while nobody practises

    @property
    def owner(self) -> str:
        """Give whom to call about it."""
        return self.row.settings.get(OWNER, "")

    @property
    def is_well(self) -> bool:
        """Say that nobody has to look after it."""
        return self.row.state == "active" and not self.silence_tone and not self.permission_tone

    @property
    def silence_tone(self) -> Tone:
        """Give how bad the silence is (国办秘函〔2019〕19号: two weeks)."""
        if self.silent is None or self.silent < NEWS_SILENCE_WARNING.days:
            return ""
        return "bad" if self.silent >= NEWS_SILENCE.days else "wait"

    @property
    def permission_tone(self) -> Tone:
        """Give how soon the permission ends."""
        if self.permitted_for is None or self.permitted_for > _SOON:
            return ""
        return "bad" if self.permitted_for < 0 else "wait"


async def read_lines(tx: Tx, visit: Visit) -> tuple[AccountLine, ...]:
    """Give the accounts that the visitor may see, by organ and channel."""
    today = day_of(visit.parts.now())
    rows = await list_accounts(tx, visit.who.orgs_for("read"))
    heard = {one.id: one for one in await list_accounts_heard(tx, with_practice=True)}
    told = _Told(
        today, await _counted_this_month(tx, today), await _live_today(tx, rows, today),
        await list_last_shown(tx, tuple(row.id for row in rows)), visit.who.orgs_for("manage_accounts"),
        visit.parts.open_channel, await list_resting(tx),
    )  # fmt: skip
    lines = [_line(row, heard[row.id], told) for row in rows]
    return tuple(
        sorted(lines, key=lambda one: (one.row.org.code, CHANNEL_ORDER.index(one.row.channel), one.row.slug))
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What holds for all lines."""

    today: date
    this_month: Mapping[str, int]  # by slug
    live_today: Mapping[str, int]  # by id
    shown: Mapping[str, LastShown]  # by id
    managed: frozenset[str]
    open_channel: OpenChannel
    resting: frozenset[str]  # by id


def _line(row: AccountRow, heard: AccountHeard, told: _Told) -> AccountLine:
    last = None if heard.last_live_at is None else day_of(heard.last_live_at)
    since = last or day_of(heard.created_at)
    until = heard.permitted_until
    return AccountLine(
        row,
        last,
        told.shown.get(row.id),
        None if last is None else (told.today - last).days,
        (told.today - since).days if _is_watched(row) else None,
        None if until is None else (day_of(until) - told.today).days,
        told.this_month.get(row.slug, 0),
        rows_address(_month(told.today), row.slug, row.counted_as),
        told.live_today.get(row.id, 0),
        _most_today(row, told.open_channel),
        row.org.id in told.managed,
        row.id in told.resting,
    )


def _month(today: date) -> Question:
    """Give what is asked of this month, by account."""
    return Question(today.replace(day=1), today, group_by="account")


def _is_watched(row: AccountRow) -> bool:
    return row.channel in SOCIAL and row.state != "paused" and not row.practice


def _most_today(row: AccountRow, open_channel: OpenChannel) -> int | None:
    try:
        return day_limit(row.settings, open_channel(row).limits)
    except ValueError:  # a setting is missing: the account's own page says which
        return None


async def _counted_this_month(tx: Tx, today: date) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for counter in await sum_figures(tx, Sieve(today.replace(day=1), today), "account"):
        if counter.line == "counted" and counter.channel != "item":
            counts[counter.key] = counts.get(counter.key, 0) + counter.count
    return counts


async def _live_today(tx: Tx, rows: tuple[AccountRow, ...], today: date) -> Mapping[str, int]:
    return await count_live_since(tx, tuple(row.id for row in rows), starts_at(today))
