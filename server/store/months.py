"""A period cut at the turns of its months: whole months have counters of their own."""

from datetime import date, timedelta


def months_between(start: date, end: date) -> list[tuple[date, date, bool]]:
    """Cut a period into a rest before its first whole month, the whole months in one, and a rest behind."""
    first = start if start.day == 1 else month_after(start)
    behind = month_after(end) if month_after(end) - end == timedelta(1) else end.replace(day=1)
    if first >= behind:  # no whole month: one rest, or two that meet at the turn of a month
        turn = month_after(start)
        if end < turn:
            return [(start, end, False)]
        return [(start, turn - timedelta(1), False), (turn, end, False)]
    parts = [(first, behind - timedelta(1), True)]
    if start < first:
        parts.insert(0, (start, first - timedelta(1), False))
    if behind <= end:
        parts.append((behind, end, False))
    return parts


def rest_of_month(start: date, end: date) -> list[tuple[date, date]]:
    """Give the days of a month before and behind some that stand in it."""
    first, behind = start.replace(day=1), month_after(start)
    found = []
    if first < start:
        found.append((first, start - timedelta(1)))
    if end + timedelta(1) < behind:
        found.append((end + timedelta(1), behind - timedelta(1)))
    return found


def days_in(start: date, end: date) -> int:
    """Count the days of a period, both included."""
    return (end - start).days + 1


def month_after(day: date) -> date:
    """Give the first day of the month behind a day's."""
    return (day.replace(day=28) + timedelta(4)).replace(day=1)
