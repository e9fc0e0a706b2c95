"""Days as the law cuts them: at midnight in Asia/Shanghai."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_WEEKDAYS: Final = "一二三四五六日"


def day_of(moment: datetime) -> date:
    """Give the day a moment falls on in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def starts_at(day: date) -> datetime:
    """Give the moment at which a day begins in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def say_moment(moment: datetime) -> str:
    """Say a moment as an editor reads it: 11月30日(周一)09:00, Beijing time."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}"
