"""A time as a person types it into a form, in Beijing, and as a link of ours carries it."""

from datetime import date, datetime

from server.console.environment import ZONE
from server.core.problems import Problem


def read_moment(text: str, field: str, label: str) -> datetime | None:
    """Give the moment that was typed, None for an empty field; refuses what is no time."""
    typed = text.strip()
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        moment = None
    if moment is None or not 1990 <= moment.year <= 2100:
        raise Problem("invalid", f"“{label}”不是存在的时间，应写成 2026-11-30 09:00", field=field)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def read_day(text: str, field: str, label: str) -> date | None:
    """Give the day that was typed, None for an empty field; refuses what is no day."""
    typed = text.strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = None
    if day is None or not 1990 <= day.year <= 2100:
        raise Problem("invalid", f"“{label}”不是存在的日期，应写成 2026-11-30", field=field)
    return day


def moment_in_link(text: str) -> datetime | None:
    """Give the moment from which a list goes on, as a link of ours writes it; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
