"""What is founded again and again, written at once: an office is the same rows in every test.

The first office of a process is founded by the code that is tried; the rows that came of it are put into
every later database that stands where that one stood. Who works there costs a test a moment this way, and no
longer more than the test itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from server.store.metadata import metadata
from server.store.tx import Store
from tests.conftest import Hand, Ids

Rows = dict[sa.Table, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Founded:
    rows: Rows
    ids: int
    remembered: dict[str, str]


_known: Final[dict[tuple[bool, datetime, int], _Founded]] = {}


async def found_once(
    found: Callable[[], Awaitable[dict[str, str]]], store: Store, now: Hand, new_id: Any
) -> dict[str, str]:
    """Give what `found` gives, with its rows in the store; it adds rows only, by `now` and `new_id` alone.

    At the same moment, after the same ids, on the same kind of database it would write the same again.
    """
    if not isinstance(new_id, Ids):  # ids by chance: nothing would be the same
        return await found()
    key = (store.is_sqlite, now(), new_id.given)
    if key not in _known:
        before = await _rows(store)
        remembered = await found()
        _known[key] = _Founded(_added(before, await _rows(store)), new_id.given, remembered)
        return dict(remembered)
    known = _known[key]
    async with store.begin() as tx:
        for table, rows in known.rows.items():
            await tx.execute(table.insert(), rows)
    new_id.given = known.ids
    return dict(known.remembered)


async def _rows(store: Store) -> Rows:
    async with store.read() as tx:
        found = {
            table: (await tx.execute(sa.select(table))).mappings().all() for table in metadata.sorted_tables
        }
    return {table: [dict(row) for row in rows] for table, rows in found.items() if rows}


def _added(before: Rows, after: Rows) -> Rows:
    """Give what was added; what counts its rows up by itself goes on doing so."""
    added: Rows = {}
    for table, rows in after.items():
        stood = before.get(table, [])
        new = [row for row in rows if row not in stood]
        assert len(new) == len(rows) - len(stood), f"founding an office changes rows of {table.name}"
        if new:
            added[table] = [_without_number(table, row) for row in new]
    return added


def _without_number(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    number = table.autoincrement_column
    return {name: value for name, value in row.items() if number is None or name != number.name}
