"""How alive each account is: fresh, soon silent, silent, or a zombie (国办秘函〔2019〕19号, RULES.md §7)."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from scheduler.deadlines import NEWS_SILENCE, NEWS_SILENCE_WARNING, ZOMBIE_MONTHS, months_before
from server.core.days import day_of
from server.store.tx import Tx
from server.store.watching import AccountHeard, list_accounts_heard

Life = Literal["zombie", "silent", "soon", "fresh", "paused"]
LIVES: Final[tuple[Life, ...]] = ("zombie", "silent", "soon", "fresh", "paused")
"""The worst first; a pause is an operator's own doing."""

_SPEAKS: Final = ("website", "weibo", "wechat")


@dataclass(frozen=True, slots=True)
class AccountLife:
    """An account, the day on which something was last shown on it (None: never), and the days since."""

    account: AccountHeard
    last: date | None
    days: int
    life: Life


async def lives_of_accounts(tx: Tx, org_ids: frozenset[str], today: date) -> tuple[AccountLife, ...]:
    """Give how alive the accounts of organs are, the worst and longest silent first."""
    seen = [
        _life_of(account, today)
        for account in await list_accounts_heard(tx)
        if account.org_id in org_ids and account.channel in _SPEAKS
    ]
    return tuple(sorted(seen, key=lambda one: (LIVES.index(one.life), -one.days, one.account.name)))


def _life_of(account: AccountHeard, today: date) -> AccountLife:
    last = None if account.last_live_at is None else day_of(account.last_live_at)
    since = last or day_of(account.created_at)
    return AccountLife(account, last, (today - since).days, life(account.state, last, since, today))


def life(state: str, last: date | None, since: date, today: date) -> Life:
    """Say how alive an account is that has been silent since a day; `last` is None where it never spoke."""
    if state == "paused":
        return "paused"
    if today - since < NEWS_SILENCE_WARNING:
        return "fresh"
    if today - since < NEWS_SILENCE:
        return "soon"
    # An account that never said anything was a shell from the start.
    return "zombie" if last is None or since <= months_before(today, ZOMBIE_MONTHS) else "silent"
