"""What an import found in a file and nobody has confirmed yet, until an editor does."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.store.import_tables import import_mark
from server.store.tx import Tx

MOST_MARKS = 60


@dataclass(frozen=True, slots=True)
class KeptMark:
    """One part as found in `file`: its value, the words it was read from, and how sure we are, in percent."""

    number: int
    file: str
    part: str
    value: str
    words: str
    place: str
    sureness: int
    is_dropped: bool  # it is no longer in the body


async def insert_marks(tx: Tx, item_id: str, marks: Iterable[KeptMark]) -> None:
    """Keep the marks of a new item."""
    rows = [{"item_id": item_id, **_row(mark)} for mark in marks]
    if rows:
        await tx.execute(import_mark.insert(), rows)


async def list_marks(tx: Tx, item_id: str) -> tuple[KeptMark, ...]:
    """Give what is not confirmed yet, in the order in which it was found."""
    wanted = sa.select(import_mark).where(import_mark.c.item_id == item_id).order_by(import_mark.c.number)
    return tuple(
        KeptMark(
            row.number, row.file, row.part, row.value, row.words, row.place, row.sureness, row.is_dropped
        )
        for row in await tx.execute(wanted)
    )


async def drop_marks(tx: Tx, item_id: str, numbers: frozenset[int] | None) -> int:
    """Forget the marks with these numbers, or all; gives how many there were."""
    gone = import_mark.delete().where(import_mark.c.item_id == item_id)
    if numbers is not None:
        gone = gone.where(import_mark.c.number.in_(numbers))
    return (await tx.execute(gone)).rowcount


def _row(mark: KeptMark) -> dict[str, Any]:
    names = ("number", "file", "part", "value", "words", "place", "sureness", "is_dropped")
    return {name: getattr(mark, name) for name in names}
