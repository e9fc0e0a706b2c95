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


def month_after(day: date) -> date:
    """Give the first day of the month behind a day's."""
    return (day.replace(day=28) + timedelta(4)).replace(day=1)
