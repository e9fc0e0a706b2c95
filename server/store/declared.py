"""Declared figures: what a person entered for a report. Never changed: the newest entry of a key stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.store.report_tables import declared_figure
from server.store.tables import person
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class DeclaredFigure:
    """A figure of an organ's year: a number in digits or «/», its source, who entered it and when."""

    id: str
    org_id: str
    year: int
    key: str
    value: str
    source: str
    entered_by: str | None
    entered_at: datetime
    entered_by_name: str | None = None


async def insert_declared(tx: Tx, figures: Iterable[DeclaredFigure]) -> None:
    """Write figures; an older one of the same key stays as history."""
    rows = [
        {
            "id": one.id,
            "org_id": one.org_id,
            "year": one.year,
            "key": one.key,
            "value": one.value,
            "source": one.source,
            "entered_by": one.entered_by,
            "entered_at": one.entered_at,
        }
        for one in figures
    ]
    if rows:
        await tx.execute(declared_figure.insert(), rows)


async def list_declared(tx: Tx, org_id: str, year: int) -> tuple[DeclaredFigure, ...]:
    """Give the figures that stand for an organ and year, by key."""
    wanted = (
        sa.select(declared_figure, person.c.name)
        .outerjoin(person, person.c.id == declared_figure.c.entered_by)
        .where(declared_figure.c.org_id == org_id, declared_figure.c.year == year)
        .order_by(declared_figure.c.key, declared_figure.c.entered_at, declared_figure.c.id)
    )
    newest = {row.key: row for row in await tx.execute(wanted)}
    return tuple(_declared_of(row) for row in newest.values())


def _declared_of(row: sa.Row[Any]) -> DeclaredFigure:
    return DeclaredFigure(
        id=row.id,
        org_id=row.org_id,
        year=row.year,
        key=row.key,
        value=row.value,
        source=row.source,
        entered_by=row.entered_by,
        entered_at=row.entered_at,
        entered_by_name=row.name,
    )
