"""What the office stands on, and what of it ends or runs out: disk, clock, certificate, backup, tokens.

Each is told while there is time to act, in one sentence that says who must.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from yarl import URL

from server.core.days import day_of, say_moment
from server.core.keeping import BACKUP
from server.store.alerts import Alert
from server.store.jobs import list_jobs
from server.store.tokens import list_ending
from server.store.tx import Store, Tx
from server.watch.certificate import certificate_until
from server.watch.clocks import FAR, Clocks
from server.watch.disk import disk_alerts, free_bytes

SOON: Final = timedelta(days=30)
_URGENT: Final = timedelta(days=7)
_LOOKS_EVERY: Final = timedelta(hours=6)
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Machine:
    """What was seen; None where nobody knows. `ahead` is how far our clock is ahead of others."""

    free: int | None = None  # bytes on the disk of the data
    ahead: timedelta | None = None
    certificate_until: datetime | None = None


class Lookout:
    """Looks at the machine; at the certificate four times a day, and at the rest whenever asked."""

    def __init__(
        self, store: Store, folder: Path, url: str, clocks: Clocks, now: Callable[[], datetime]
    ) -> None:
        """Take the folder of the data and our public address."""
        self._store, self._folder, self._url = store, folder, URL(url)
        self._clocks, self._now = clocks, now
        self._certificate: tuple[datetime, datetime | None] | None = None

    async def look(self) -> Machine:
        """Say how it stands now."""
        await self._clocks.ask(self._store)
        at = self._now()
        if self._certificate is None or abs(at - self._certificate[0]) >= _LOOKS_EVERY:
            self._certificate = (at, await certificate_until(self._url))
        free = await asyncio.to_thread(free_bytes, self._folder)
        return Machine(free, self._clocks.ahead, self._certificate[1])


def machine_alerts(machine: Machine, *, at: datetime) -> list[Alert]:
    """Give what is wrong with the machine, or will be."""
    return [
        *(() if machine.free is None else disk_alerts(machine.free)),
        *_clock(machine.ahead),
        *_certificate(machine.certificate_until, at),
    ]


def _clock(ahead: timedelta | None) -> list[Alert]:
    if ahead is None or abs(ahead) <= FAR:
        return []
    way = "快" if ahead > timedelta() else "慢"
    return [
        Alert(
            "clock", "clock", "alarm",
            f"服务器时钟{way}了2分钟以上（与数据库、各平台的时间比较），"
            "发布时间、期限和统计日期都会跟着错；请系统管理员立即校准，并启用自动对时",
        )
    ]  # fmt: skip


def _certificate(until: datetime | None, at: datetime) -> list[Alert]:
    if until is None or until - at > SOON:
        return []
    is_over = until <= at
    when = f"已于{say_moment(until)}到期，读者打不开网站" if is_over else f"将于{say_moment(until)}到期"
    return [
        Alert(
            "certificate", "certificate", "alarm" if until - at <= _URGENT else "warn",
            f"网站的 HTTPS 证书{when}；请系统管理员{'立即' if is_over else '提前'}更换",
        )
    ]  # fmt: skip


async def backup_late(tx: Tx, days: int, *, at: datetime) -> list[Alert]:
    """Say that the last backup is older than so many days (0: never); who never made one has another way."""
    last = (await list_jobs(tx)).get(BACKUP)
    if not days or last is None or last.started_at is None or at - last.started_at <= timedelta(days=days):
        return []
    return [
        Alert(
            "backup", "backup", "alarm",
            f"最近一次备份是{say_moment(last.started_at)}，已超过{days}天；"
            "请系统管理员检查 tongfa-backup.timer 和备份盘",
        )
    ]  # fmt: skip


async def tokens_ending(tx: Tx, *, at: datetime) -> list[Alert]:
    """Give the programs' tokens in use that end within thirty days, and in the last quarter of their time."""
    return [
        Alert(
            f"api_token:{one.id}", "api_token", "alarm" if ends - at <= _URGENT else "warn",
            f"{owner}的访问令牌“{one.name}”{day_of(ends):%-m月%-d日}到期，到期后用它的程序连不上；"
            f"请{owner}发放新的并换上",
        )
        for one, owner in await list_ending(tx, after=at, until=at + SOON, limit=_MOST)
        if (ends := one.expires_at) is not None and ends - at <= (ends - one.created_at) / 4
    ]  # fmt: skip
