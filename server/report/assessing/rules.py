"""What earns in an assessment: one rule for each share, asked by the sums and by the rows behind them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from scheduler.deadlines import NEWS_SILENCE
from server.core.days import day_of
from server.core.likeness import REPEATS
from server.store.obligations import ObligationSeen
from server.store.watching import AccountHeard

OF: Final[Mapping[str, str]] = {
    "accounts_in_use": "个账号",
    "withdrawn": "条信息",
    "elements": "条信息",
    "in_time": "件文件",
    "interpreted": "件应解读文件",
    "interpreted_in_time": "件应解读文件",
    "linked": "件应解读文件",
    "own_words": "件已解读文件",
}
"""What a share is taken of."""

ELEMENTS: Final[Mapping[str, str]] = {
    "topic": "主题分类",
    "genre": "体裁",
    "formed_on": "成文日期",
    "overview": "内容概述",
}
"""The elements of disclosure that an item should have, beside those without which it cannot go out."""


def missing_elements(sheet: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the names of the elements that an item lacks."""
    return tuple(name for key, name in ELEMENTS.items() if not sheet.get(key))


def is_whole(sheet: Mapping[str, Any]) -> bool:
    """Say whether an item has every element."""
    return not missing_elements(sheet)


def is_asked(seen: ObligationSeen) -> bool:
    """Say whether a document must be interpreted: none was waived, none is held by its withdrawal."""
    one = seen.obligation
    return one.waived_at is None and (one.met_at is not None or not one.held)


def met_in_time(seen: ObligationSeen) -> bool:
    """Say whether a document was interpreted by its day."""
    one = seen.obligation
    return one.met_at is not None and day_of(one.met_at) <= one.due_on


def is_own_words(seen: ObligationSeen) -> bool:
    """Say whether an interpretation is more than the document again."""
    return (seen.obligation.likeness or 0) < REPEATS


def is_watched(account: AccountHeard) -> bool:
    """Say whether an account is one whose silence counts."""
    return account.channel in ("website", "weibo", "wechat")


def is_fresh(account: AccountHeard, today: date) -> bool:
    """Say whether an account has shown something of late."""
    heard = account.last_live_at
    return heard is not None and today - day_of(heard) <= NEWS_SILENCE
