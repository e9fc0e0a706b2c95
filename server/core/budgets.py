"""The budget of an account: what its platform allows in a day, and what the office allows in a minute.

A delivery over budget waits for the next window; nothing of it fails.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from channels.contract import Limits
from server.core.acts import note, of_account
from server.core.days import day_of, starts_at
from server.ephemeral.budgets import Allowance
from server.store.accounts import AccountRow, set_settings
from server.store.tx import Tx

PER_MINUTE: Final = "posts_a_minute"
PER_DAY: Final = "posts_a_day"
"""Settings of an account; the day's default is what the channel says of its platform."""

_MINUTE: Final = 60


class Budgets(Protocol):
    """What counts posts for all workers."""

    async def take(self, account_id: str, allowances: tuple[Allowance, ...], /) -> Allowance | None:
        """Charge one post to every window, or to none; give the window that is used up, if one is."""


class NoBudgets:
    """Counts nothing and allows everything."""

    async def take(self, _account_id: str, _allowances: tuple[Allowance, ...], /) -> Allowance | None:
        """Allow it."""
        return None


def allowances_of(settings: Mapping[str, str], limits: Limits, *, at: datetime) -> tuple[Allowance, ...]:
    """Give what an account may post in this minute and on this day, in Asia/Shanghai."""
    found = []
    minute = _number(settings.get(PER_MINUTE))
    if minute is not None:
        whole, within = divmod(at.timestamp(), _MINUTE)
        found.append(Allowance(f"minute:{int(whole)}", minute, _MINUTE - within))
    day = day_limit(settings, limits)
    if day is not None:
        today = day_of(at)
        ends = starts_at(today + timedelta(days=1))
        found.append(Allowance(f"day:{today}", day, (ends - at).total_seconds()))
    return tuple(found)


def day_limit(settings: Mapping[str, str], limits: Limits) -> int | None:
    """Give how many posts a day allows: the office's own number, else the platform's."""
    return _number(settings.get(PER_DAY)) or limits.calls_a_day


async def looks_used_up(
    budgets: Budgets, account_id: str, limits: Limits, *, at: datetime
) -> datetime | None:
    """Charge one look to the account's day; give when the next day begins once they are used up."""
    if limits.looks_a_day is None:
        return None
    today = day_of(at)
    ends = starts_at(today + timedelta(days=1))
    allowance = Allowance(f"looks:{today}", limits.looks_a_day, (ends - at).total_seconds())
    return None if await budgets.take(account_id, (allowance,)) is None else ends


async def set_budget(
    tx: Tx, row: AccountRow, a_minute: int | None, a_day: int | None, *, at: datetime
) -> None:
    """Say how often an account may post; None means no limit of the office's own."""
    minute, day = (None if number is None else str(number) for number in (a_minute, a_day))
    await set_settings(tx, row.id, {PER_MINUTE: minute, PER_DAY: day})
    await note(tx, "account.budget", of_account(row), at=at, account=row.slug, a_minute=a_minute, a_day=a_day)


def say_used_up(allowance: Allowance) -> str:
    """Say why a delivery waits."""
    when = "今天" if allowance.window.startswith("day:") else "这一分钟"
    return f"账号{when}的发布次数（{allowance.limit} 次）已用完，到时自动继续"


def _number(text: str | None) -> int | None:
    """Read a setting; what is no positive number is as good as none: a slip must not stop an office."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else None
