"""Every job on one screen: its name, what people call it, its rhythm, and its act."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from types import MappingProxyType
from typing import Final

from channels.transport import Transport
from scheduler.rhythms import Daily, Every
from server.core.calendar import LiveCalendar
from server.core.catalogue import read_changes
from server.core.expedite import hold_outside_hours
from server.core.notices import end_notices
from server.core.permissions import check_permissions
from server.core.recount import recount
from server.core.renewal import renew_site
from server.core.rounds import open_time_gates, recover_lapsed
from server.core.sealing import seal
from server.core.workplace import Workplace
from server.watch.alerts import watch
from server.watch.jobs import Act, Job, Jobs
from server.watch.links import check_links
from server.watch.machine import Machine
from server.watch.overdue import repair
from server.watch.pages import check_pages, check_wrong_pages
from server.watch.remind import Reminders, Sinks

JOBS: Final = (
    Job("calendar", "核对工作日历，变动后重算期限", Every(5)),
    Job("due", "到点的发布和解读", Every(2)),
    Job("planned", "词库更新后复查等待发布的稿件", Every(5)),
    Job("notices", "公示期满后标注和撤下", Every(30)),
    Job("hours", "发布时段结束后暂停账号", Every(10)),
    Job("catalogue", "更新公开目录和搜索", Every(2)),
    Job("site", "栏目改动后更新网站", Every(2)),
    Job("seal", "封存操作记录", Every(2)),
    Job("lapsed", "收回中断的投递", Every(2)),
    Job("repair", "补发到期未发布的内容", Every(300)),
    Job("unused", "每夜清理没有用到的上传文件", Daily(time(2, 50))),
    Job("links", "核对文件与解读的双向链接", Every(60)),
    Job("all_links", "每夜核对全部解读链接", Daily(time(3, 30))),
    Job("pages", "每夜核对本站网页和其中的链接", Daily(time(4, 0))),
    Job("wrong_pages", "复查打不开的网页", Every(300)),
    Job("permissions", "核对平台授权", Every(6 * 3600)),
    Job("archive", "词库更新后复查已发布的稿件", Every(120)),
    Job("reports", "起草上一年的年度报告（1月2日起）", Daily(time(7, 0))),
    Job("months", "起草上一个月的公开情况", Daily(time(7, 10))),
    Job("watch", "核对静默、期限和异常", Every(60)),
    Job("remind", "发送提醒", Every(30)),
    Job("hub_verify", "核实订阅推送的申请", Every(2)),
    Job("hub_tell", "向订阅方推送更新的订阅源", Every(2)),
    Job("push", "向读者的浏览器推送新内容", Every(5)),
)


async def _nothing() -> int:
    return 0


def open_jobs(
    place: Workplace,
    calendar: LiveCalendar,
    wake: Callable[[], Awaitable[None]],
    *,
    http: Transport,
    sinks: Sinks,
    recheck: Callable[[], Awaitable[int]],
    recheck_planned: Callable[[], Awaitable[int]],
    look_at_machine: Callable[[], Awaitable[Machine]],
    backup_days: int = 0,
    readers: Mapping[str, Act] = MappingProxyType({}),
) -> Jobs:
    """Give the jobs of one process; `http` looks at our own pages, reminders go to `sinks`.

    `recheck` holds some of what is live against the word list, `recheck_planned` what waits for its time;
    each says how many. `look_at_machine` says how disk, clock and certificate stand, `backup_days` how old
    the last backup may be. `readers` are acts that others bring, by the name of their job.
    """
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

    async def look() -> int:
        return await watch(
            place.store, place.site, at=place.now(), machine=await look_at_machine(),
            basis=place.bench.terms.basis, backup_days=backup_days,
        )  # fmt: skip

    acts = {
        "calendar": follow_calendar,
        "due": lambda: open_time_gates(place),
        "planned": recheck_planned,
        "notices": lambda: end_notices(place),
        "hours": lambda: hold_outside_hours(place.store, place.bench.calendar, at=place.now()),
        "catalogue": lambda: read_changes(place),
        "site": lambda: renew_site(place),
        "seal": lambda: seal(place.store),
        "lapsed": lambda: recover_lapsed(place),
        "repair": lambda: repair(place),
        "links": lambda: check_links(place.store, place.site, http, at=place.now()),
        "all_links": lambda: check_links(place.store, place.site, http, at=place.now(), all_pairs=True),
        "pages": lambda: check_pages(place.store, place.site, http, at=place.now()),
        "wrong_pages": lambda: check_wrong_pages(place.store, place.site, http, at=place.now()),
        "permissions": lambda: check_permissions(place),
        "archive": recheck,
        "watch": look,
        "remind": Reminders(place.store, sinks).send,
        **dict.fromkeys(("reports", "months", "unused", "hub_verify", "hub_tell", "push"), _nothing),
        **readers,
    }
    return Jobs(JOBS, acts, place.store, place.now, wake)
