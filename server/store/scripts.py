"""Scripts: statements of the hot path that follow one another on the driver itself.

A script is a generator: it yields a statement with its parameters and is sent the rows. Written once, it runs
on both engines; on SQLite all of it runs in one visit to the connection's thread, where each statement of
SQLAlchemy's takes four and as much again for building and looking up what never changes.

The text is PostgreSQL's, with `$1`; `Dialect` holds what SQLite says otherwise. Rows go in as one JSON text.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final, TypeVar, cast

from server.store.driver import driver_of
from server.store.postgresql import begin
from server.store.sqlite import Connection
from server.store.tx import Store, Tx

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]
Script = Generator[tuple[str, tuple[Any, ...]], Rows, T]

Columns = Mapping[str, str]
"""The columns of rows that go in as one parameter, each with its type: moment, text, int or day."""

_json_of: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_PARAMETER = re.compile(r"\$(\d)")
_TYPES = {"moment": "timestamptz", "text": "text", "int": "integer", "day": "date"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the engines say differently."""

    is_sqlite: bool

    def ids(self, parameter: str) -> str:
        """Give the set of a JSON list of ids, to stand behind IN."""
        if self.is_sqlite:
            return f"(SELECT value FROM json_each({parameter}))"
        return f"(SELECT jsonb_array_elements_text({parameter}::text::jsonb))"

    def each(self, parameter: str) -> str:
        """Give a JSON list of words as a table of one column, `value`."""
        if self.is_sqlite:
            return f"json_each({parameter})"
        return f"jsonb_array_elements_text({parameter}::text::jsonb)"

    def given(self, parameter: str, columns: Columns) -> str:
        """Give rows that went in by `rows_of` as a table `g`."""
        if not self.is_sqlite:
            typed = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in columns.items())
            return f"jsonb_to_recordset({parameter}::text::jsonb) AS g({typed})"
        picked = ", ".join(f"json_extract(value, '$[{at}]') AS {name}" for at, name in enumerate(columns))
        return f"(SELECT {picked} FROM json_each({parameter})) AS g"

    def rows_of(self, columns: Columns, rows: Iterable[Sequence[Any]]) -> str:
        """Write rows with the values of these columns, in their order, as one parameter; moments are text.

        SQLite finds a value sooner by its place than by its name.
        """
        if self.is_sqlite:
            return _json_of(list(rows))
        return _json_of([dict(zip(columns, row, strict=True)) for row in rows])

    def text_of(self, moment: datetime) -> str:
        """Write a moment as a parameter: SQLite's columns keep naive UTC text."""
        # Half of what strftime takes, ten times an item.
        text = moment.astimezone(UTC).isoformat(" ", "microseconds")
        return text.removesuffix("+00:00") if self.is_sqlite else text

    def moment(self, parameter: str) -> str:
        """Give a parameter that holds a moment's text."""
        return parameter if self.is_sqlite else f"{parameter}::text::timestamptz"

    def text_in(self, column: str, key: str) -> str:
        """Give the text under a key of a column that holds JSON."""
        return f"json_extract({column}, '$.{key}')" if self.is_sqlite else f"{column} ->> '{key}'"

    def not_by(self, column: str) -> str:
        """Give a column that SQLite must not search by: without statistics it takes a state for rare."""
        return f"+{column}" if self.is_sqlite else column

    def locked(self, clause: str) -> str:
        """Give a locking clause where there are row locks."""
        return "" if self.is_sqlite else clause


@cache
def _dialect(name: str) -> Dialect:
    return Dialect(name == "sqlite")


def dialect_of(tx: Tx) -> Dialect:
    """Give the dialect of a transaction."""
    return _dialect(tx.dialect.name)


def moment_of(value: Any) -> datetime | None:
    """Read a moment from a row of either engine."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def json_of(words: Iterable[str]) -> str:
    """Write ids or words as one parameter."""
    return _json_of(list(words))


async def run_script(tx: Tx, script: Script[T]) -> T:
    """Run a script in the transaction."""
    driver = driver_of(tx)
    if tx.dialect.name == "sqlite":
        return await cast("Connection", driver).visit(partial(_run_here, script=script))
    if not driver.is_in_transaction():
        await begin(tx)
        driver = driver_of(tx)  # another one, where the first had ended
    return await _run_there(driver, script)


async def commit_script(store: Store, script: Callable[[Dialect], Script[T]]) -> T:
    """Run a script that is a transaction of its own, durable on return; done again when it was undone.

    On PostgreSQL it must be one statement, which needs no BEGIN and no COMMIT: one journey in place of three.
    """
    return await store.write(partial(_run_alone, script=script))


async def _run_alone(tx: Tx, script: Callable[[Dialect], Script[T]]) -> T:
    dialect = dialect_of(tx)
    if dialect.is_sqlite:
        return await run_script(tx, script(dialect))
    steps = script(dialect)
    statement, values = next(steps)
    rows = await driver_of(tx).fetch(statement, *values)
    try:
        steps.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("a script that commits by itself has one statement on PostgreSQL")


def _run_here(connection: sqlite3.Connection, script: Script[T]) -> T:
    rows: Rows | None = None
    while True:
        try:
            statement, values = next(script) if rows is None else script.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result
        rows = connection.execute(_numbered(statement), values).fetchall()


async def _run_there(connection: Any, script: Script[T]) -> T:
    rows: Rows | None = None
    while True:
        try:
            statement, values = next(script) if rows is None else script.send(rows)
        except StopIteration as end:
            result: T = end.value
            return result
        rows = await connection.fetch(statement, *values)


@cache
def _numbered(statement: str) -> str:
    return _PARAMETER.sub(r"?\1", statement)
