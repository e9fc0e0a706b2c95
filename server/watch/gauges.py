"""What a monitoring system asks every minute: what is overdue, what stands as an alarm, how the jobs go."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from server.store.alerts import list_alerts
from server.store.jobs import list_jobs
from server.store.tx import Tx
from server.store.words import ALERT_LEVELS
from server.watch.overdue import count_overdue

_MOST: Final = 5000


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number with its labels."""

    name: str
    told: str
    value: float
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


async def read_gauges(tx: Tx, *, at: datetime) -> tuple[Gauge, ...]:
    """Give every number as it stands; those of one name follow one another."""
    overdue, since = await count_overdue(tx, at=at)
    oldest = 0.0 if since is None else (at - since).total_seconds()
    levels = Counter(seen.alert.level for seen in await list_alerts(tx, limit=_MOST))
    jobs = [row for row in (await list_jobs(tx)).values() if row.started_at is not None]
    return (
        Gauge("tongfa_overdue_deliveries", "Deliveries due for ten minutes and not released.", overdue),
        Gauge("tongfa_overdue_oldest_seconds", "How long the oldest of them has been due.", oldest),
        *(
            Gauge("tongfa_alerts", "Reminders that stand.", levels[level], {"level": level})
            for level in ALERT_LEVELS
        ),
        *(
            Gauge("tongfa_job_started_seconds", "When a job last began, as Unix time.",
                  row.started_at.timestamp() if row.started_at else 0.0, {"job": row.name})
            for row in jobs
        ),
        *(
            Gauge("tongfa_job_duration_seconds", "How long its last run took.", row.seconds,
                  {"job": row.name})
            for row in jobs
        ),
        *(
            Gauge("tongfa_job_failures", "How often in a row it has failed.", row.failures, {"job": row.name})
            for row in jobs
        ),
    )  # fmt: skip


def write_gauges(gauges: tuple[Gauge, ...]) -> str:
    """Write numbers in the text format of Prometheus, version 0.0.4."""
    lines, last = list[str](), ""
    for one in gauges:
        if one.name != last:
            lines += [f"# HELP {one.name} {one.told}", f"# TYPE {one.name} gauge"]
            last = one.name
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(one.labels.items()))
        lines.append(f"{one.name}{{{labels}}} {one.value:.17g}" if labels else f"{one.name} {one.value:.17g}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
