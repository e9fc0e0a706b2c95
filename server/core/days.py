"""Days as the law cuts them: at midnight in Asia/Shanghai."""

from datetime import date, datetime, time, timedelta
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


def say_span(span: timedelta) -> str:
    """Say how long something lasts, to the minute, as a person reads it: 1 小时 20 分, or 3 天 2 小时."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "不到 1 分钟"
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} 小时" + (f" {minutes} 分" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days} 天" + (f" {hours} 小时" if hours else "")
