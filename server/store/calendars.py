"""Days off and days made up that an operator entered, in two layers, and the notices they came with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.clock_tables import calendar_day, calendar_notice
from server.store.deliveries import LostRace
from server.store.rows import upsert
from server.store.tx import Tx

Layer = Literal["national", "local"]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day as entered; `local` goes before `national`."""

    layer: Layer
    day: date
    worked: bool
    name: str


@dataclass(frozen=True, slots=True)
class CalendarNotice:
    """One import: `years` are those that it arranges in full."""

    serial: int
    layer: Layer
    source: str
    years: tuple[int, ...]
    imported_at: datetime


async def newest_serial(tx: Tx) -> int:
    """Give the number of the last import; 0 before the first. It grows whenever the calendar changes."""
    found = await tx.execute(sa.select(sa.func.max(calendar_notice.c.serial)))
    return found.scalar_one() or 0


async def insert_notice(tx: Tx, notice: CalendarNotice, *, by: str | None) -> None:
    """Write down an import; two at the same time get the same serial, and one of them raises LostRace."""
    written = (
        upsert(tx, calendar_notice)
        .values(
            serial=notice.serial,
            layer=notice.layer,
            source=notice.source,
            years=list(notice.years),
            imported_by=by,
            imported_at=notice.imported_at,
        )
        .on_conflict_do_nothing(index_elements=["serial"])
    )
    if (await tx.execute(written)).rowcount != 1:
        raise LostRace("calendar", str(notice.serial - 1), str(notice.serial))


async def replace_days(tx: Tx, notice: CalendarNotice, days: Iterable[CalendarDay]) -> None:
    """Take the days of the layer out in the years arranged in full, then write the given ones."""
    for year in notice.years:
        await tx.execute(
            calendar_day.delete().where(
                calendar_day.c.layer == notice.layer,
                calendar_day.c.day.between(date(year, 1, 1), date(year, 12, 31)),
            )
        )
    written = upsert(tx, calendar_day)
    written = written.on_conflict_do_update(
        index_elements=["layer", "day"],
        set_={name: written.excluded[name] for name in ("worked", "name", "serial")},
    )
    rows = [
        {
            "layer": notice.layer,
            "day": one.day,
            "worked": one.worked,
            "name": one.name,
            "serial": notice.serial,
        }
        for one in days
    ]
    await tx.execute(written, rows)


async def delete_day(tx: Tx, layer: Layer, day: date) -> bool:
    """Take a day out of a layer; says whether it was there."""
    gone = await tx.execute(
        calendar_day.delete().where(calendar_day.c.layer == layer, calendar_day.c.day == day)
    )
    return gone.rowcount == 1


async def list_calendar_days(tx: Tx, year: int | None = None) -> tuple[CalendarDay, ...]:
    """Give what was entered, by day, the national layer before the local one; of a year, or all of it."""
    wanted = sa.select(calendar_day)
    if year is not None:
        wanted = wanted.where(calendar_day.c.day.between(date(year, 1, 1), date(year, 12, 31)))
    wanted = wanted.order_by(calendar_day.c.day, calendar_day.c.layer.desc())
    return tuple(CalendarDay(row.layer, row.day, row.worked, row.name) for row in await tx.execute(wanted))


async def list_notices(tx: Tx, *, limit: int | None = None) -> tuple[CalendarNotice, ...]:
    """Give the imports, newest first."""
    wanted = sa.select(calendar_notice).order_by(calendar_notice.c.serial.desc()).limit(limit)
    return tuple(_notice_of(row) for row in await tx.execute(wanted))


def _notice_of(row: sa.Row[Any]) -> CalendarNotice:
    return CalendarNotice(row.serial, row.layer, row.source, tuple(row.years), row.imported_at)
