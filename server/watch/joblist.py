"""Every job on one screen: its name, what people call it, its rhythm, and its act."""

from collections.abc import Awaitable, Callable
from typing import Final

from scheduler.rhythms import Every
from server.core.calendar import LiveCalendar
from server.core.catalogue import read_changes
from server.core.expedite import hold_outside_hours
from server.core.recount import recount
from server.core.rounds import open_time_gates, recover_lapsed
from server.core.workplace import Workplace
from server.watch.jobs import Job, Jobs

JOBS: Final = (
    Job("calendar", "核对工作日历，变动后重算期限", Every(5)),
    Job("due", "到点的发布和解读", Every(2)),
    Job("hours", "发布时段结束后暂停账号", Every(10)),
    Job("catalogue", "更新公开目录和搜索", Every(2)),
    Job("lapsed", "收回中断的投递", Every(2)),
)


def open_jobs(place: Workplace, calendar: LiveCalendar, wake: Callable[[], Awaitable[None]]) -> Jobs:
    """Give the jobs of one process."""
    counted_on = 0

    async def follow_calendar() -> int:
        nonlocal counted_on
        await calendar.refresh(place.store)
        if calendar.serial == counted_on:
            return 0
        serial = calendar.serial
        counted = await recount(place.store, calendar, at=place.now())
        counted_on = serial
        return counted

    acts = {
        "calendar": follow_calendar,
        "due": lambda: open_time_gates(place),
        "hours": lambda: hold_outside_hours(place.store, place.bench.calendar, at=place.now()),
        "catalogue": lambda: read_changes(place),
        "lapsed": lambda: recover_lapsed(place),
    }
    return Jobs(JOBS, acts, place.store, place.now, wake)
