"""/api/v1/alerts, /metrics, /overdue: what somebody should look at, what should have gone, the repair."""

from datetime import datetime
from typing import Final

from aiohttp import hdrs, web

from server.api.answers import PRIVATE, answer
from server.api.route import Route, signed_in
from server.core.acts import note
from server.forms.words import Out
from server.parts import PARTS
from server.store.alerts import AlertSeen, Level, list_alerts
from server.store.gates import list_late_marks
from server.watch.alerts import MOST
from server.watch.gauges import read_gauges, write_gauges
from server.watch.overdue import Overdue, count_overdue, list_overdue

_MOST: Final = 500


class AlertOut(Out):
    """A matter that stands."""

    key: str
    kind: str
    level: Level
    message: str
    item_id: str | None
    raised_at: datetime

    @classmethod
    def of(cls, seen: AlertSeen) -> "AlertOut":
        """Give an alert as the API shows it."""
        one = seen.alert
        return cls(
            key=one.key,
            kind=one.kind,
            level=one.level,
            message=one.message,
            item_id=one.item_id,
            raised_at=seen.raised_at,
        )


class AlertsOut(Out):
    """What stands, alarms first."""

    alerts: tuple[AlertOut, ...]


class OverdueOut(Out):
    """A delivery that should have gone, and why it has not."""

    delivery_id: str
    item_id: str
    title: str
    account: str
    state: str
    gate: str | None
    due_at: datetime
    why: str

    @classmethod
    def of(cls, seen: Overdue) -> "OverdueOut":
        """Give an overdue delivery as the API shows it."""
        one = seen.stuck
        return cls(
            delivery_id=one.delivery_id,
            item_id=one.item_id,
            title=one.title,
            account=one.account,
            state=one.state,
            gate=one.gate,
            due_at=one.due_at,
            why=seen.why,
        )


class LateOut(Out):
    """A delivery that could go only after its time."""

    delivery_id: str
    item_id: str
    account: str
    due_at: datetime
    opened_at: datetime
    seconds_late: int


class OverduesOut(Out):
    """What is overdue now, longest first, and what opened late, newest first.

    `count` is how much is overdue in all; at most 500 are named.
    """

    count: int
    overdue: tuple[OverdueOut, ...]
    late: tuple[LateOut, ...]


class RepairedOut(Out):
    """How many deliveries were set going, and what is overdue still."""

    opened: int
    still_overdue: int


async def list_standing(request: web.Request) -> web.Response:
    """Give the alerts of the organs the caller reads; those of the installation to administrators."""
    who = signed_in(request)
    mine: set[str | None] = {*who.orgs_for("read")}
    if who.orgs_for("run_jobs"):
        mine.add(None)
    async with request.config_dict[PARTS].store.read() as tx:
        seen = await list_alerts(tx, of=frozenset(mine), limit=MOST)
    return answer(AlertsOut(alerts=tuple(AlertOut.of(one) for one in seen)))


async def show_overdue(request: web.Request) -> web.Response:
    """Give what should have gone and has not, and what went late."""
    parts, orgs = request.config_dict[PARTS], signed_in(request).orgs_for("read")
    async with parts.store.read() as tx:
        overdue = await list_overdue(tx, orgs, at=parts.now(), limit=_MOST)
        count, _since = await count_overdue(tx, orgs, at=parts.now())
        marks = await list_late_marks(tx, orgs, 200)
    late = tuple(
        LateOut(
            delivery_id=one.delivery_id,
            item_id=one.item_id,
            account=one.account,
            due_at=one.due_at,
            opened_at=one.opened_at,
            seconds_late=int((one.opened_at - one.due_at).total_seconds()),
        )
        for one in marks
    )
    return answer(OverduesOut(count=count, overdue=tuple(map(OverdueOut.of, overdue)), late=late))


async def repair_overdue(request: web.Request) -> web.Response:
    """Set going what is overdue."""
    parts = request.config_dict[PARTS]
    run = await parts.jobs.run("repair")
    async with parts.store.begin() as tx:
        await note(tx, "job.run", at=parts.now(), job="repair")
    async with parts.store.read() as tx:
        left, _since = await count_overdue(tx, at=parts.now())
    return answer(RepairedOut(opened=run.done, still_overdue=left))


async def show_metrics(request: web.Request) -> web.Response:
    """Give what a monitoring system asks, in the text format of Prometheus; of the whole installation."""
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        gauges = await read_gauges(tx, at=parts.now())
    headers = {**PRIVATE, hdrs.CONTENT_TYPE: "text/plain; version=0.0.4; charset=utf-8"}
    return web.Response(body=write_gauges(gauges).encode(), headers=headers)


ROUTES = (
    Route(
        "GET",
        "/api/v1/metrics",
        show_metrics,
        "监控指标（Prometheus 文本格式）",
        "run_jobs",
        files=("text/plain",),
    ),
    Route("GET", "/api/v1/alerts", list_standing, "提醒和告警", "read", answer=AlertsOut),
    Route("GET", "/api/v1/overdue", show_overdue, "到期未发布", "read", answer=OverduesOut),
    Route(
        "POST",
        "/api/v1/overdue/repair",
        repair_overdue,
        "补发到期未发布的内容",
        "release",
        answer=RepairedOut,
    ),
)
