"""What both engines say differently, and the error for a row that is not there."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.store.tx import Tx


class NotThere(LookupError):
    """No such row. `noun` is the code's word for it (item, account …)."""

    def __init__(self, noun: str, key: str) -> None:
        """Say what was looked for and by which key."""
        super().__init__(f"no {noun} {key!r}")
        self.noun, self.key = noun, key


class Taken(Exception):
    """A unique key is in use already. `noun` is the code's word for what is taken."""

    def __init__(self, noun: str, key: str) -> None:
        """Say what is taken and which value it has."""
        super().__init__(f"{noun} {key!r} is taken")
        self.noun, self.key = noun, key


def upsert(tx: Tx, table: sa.Table) -> Any:
    """Give an INSERT that knows ON CONFLICT on the engine at hand (the two dialects' classes differ)."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def rows_given(tx: Tx, columns: tuple[sa.Column[Any], ...], rows: Iterable[Mapping[str, Any]]) -> Any:
    """Give rows as a table `given` with the named columns, to join a statement to: one parameter in all.

    A bulk UPDATE joined to it can still say by RETURNING which rows it moved; an executemany cannot.
    """
    names = [column.name for column in columns]
    if tx.dialect.name == "postgresql":
        text = json.dumps([{name: _json_of(row[name]) for name in names} for row in rows])
        as_json = sa.cast(sa.bindparam(None, text, type_=sa.Text), sa.JSON)
        typed = [sa.column(column.name, column.type) for column in columns]
        table = sa.func.json_to_recordset(as_json).table_valued(*typed)
        return table.render_derived(name="given", with_types=True)
    text = json.dumps([[_sqlite_of(row[name]) for name in names] for row in rows])
    each = sa.func.json_each(sa.bindparam(None, text, type_=sa.Text)).table_valued("key", "value", name="r")
    picked = [
        sa.func.json_extract(each.c.value, f"$[{n}]", type_=column.type).label(column.name)
        for n, column in enumerate(columns)
    ]
    return sa.select(*picked).select_from(each).order_by(each.c.key).subquery("given")


def in_turn(wanted: sa.Select[Any], organ: sa.Column[str], *order: Any, limit: int) -> sa.Select[Any]:
    """Give the first row of each organ, then the second of each, and so on; rows of one organ by `order`.

    A list of all organs that has an end must not be filled by the one that has most. `organ` is one of the
    columns of `wanted`.
    """
    turn = sa.func.row_number().over(partition_by=organ, order_by=order).label("turn")
    ranked = wanted.add_columns(turn).subquery()
    rows = (column for column in ranked.c if column.name != "turn")
    return sa.select(*rows).order_by(ranked.c.turn, ranked.c[organ.name]).limit(limit)


def _json_of(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date, too


def _sqlite_of(value: Any) -> Any:
    """Write a moment as SQLite's column keeps it: naive UTC with microseconds."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return _json_of(value)
