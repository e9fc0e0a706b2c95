"""Wiring of what the clock runs: each job's act with the parts that it needs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from server.child import Children
from server.core.calendar import LiveCalendar
from server.core.unused import Attic, clear_attic
from server.core.workplace import Workplace
from server.forms.report_items import ReportDesk, draft_last_year
from server.opener import Opener
from server.readers import Readers
from server.report.monthly import draft_last_month
from server.review.archive import recheck
from server.review.planned import PlannedExaminer
from server.settings import Settings
from server.watch.clocks import Clocks
from server.watch.joblist import open_jobs
from server.watch.jobs import Jobs
from server.watch.machine import Lookout
from server.watch.remind import Sinks


def open_rota(
    settings: Settings,
    place: Workplace,
    calendar: LiveCalendar,
    wake: Callable[[], Awaitable[None]],
    *,
    opener: Opener,
    readers: Readers,
    children: Children,
    clocks: Clocks,
) -> Jobs:
    """Give the jobs of one process."""
    store, most = place.store, settings.bounds.attachment_bytes
    desk = ReportDesk(store, opener.blobs, opener.sites, children, most, place.now, place.bench.new_id)
    planned = PlannedExaminer(store, calendar)
    attic = Attic(store, opener.blobs, settings.var, timedelta(days=settings.keep_unused_days))

    async def clear() -> int:
        # By a clock set ahead every term would be over.
        return 0 if clocks.is_wrong else await clear_attic(attic, at=place.now())

    return open_jobs(
        place,
        calendar,
        wake,
        http=opener.http,
        sinks=_sinks(settings),
        recheck=lambda: recheck(store, at=place.now()),
        recheck_planned=lambda: planned.examine(at=place.now()),
        look_at_machine=Lookout(store, settings.var, settings.public_url, clocks, place.now).look,
        backup_days=settings.watch.backup_days,
        readers={
            **readers.acts(),
            "reports": partial(draft_last_year, desk),
            "months": lambda: draft_last_month(store, at=place.now()),
            "unused": clear,
        },
    )


def _sinks(settings: Settings) -> Sinks:
    watch = settings.watch
    return Sinks(
        site_name=settings.site.name,
        webhook=watch.webhook,
        internal=watch.webhook_internal,
        mail_host=watch.mail_host,
        mail_port=watch.mail_port,
        mail_user=watch.mail_user,
        mail_password=watch.mail_password,
        mail_from=watch.mail_from,
        mail_to=watch.mail_to,
    )
