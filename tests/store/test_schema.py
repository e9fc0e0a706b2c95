"""The migrations and the tables say the same, on both engines."""

import re
from collections.abc import Callable
from importlib import import_module

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from server.core.states import MOVES
from server.store.metadata import metadata
from server.store.tx import Store
from server.store.words import DELIVERY_STATES

_LONG_LIST = re.compile(r"IN \('[^',]*'(, '[^',]*'){2,}\)")


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the index of words: each engine has its own, with tables of its own behind it."""
    return kind != "table" or not str(name).startswith("catalogue_words")


async def test_the_migrated_schema_is_the_one_in_tables(store: Store):
    async with store.read() as tx:
        differences = await tx.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"include_name": _is_ours}), metadata
            )
        )
    assert differences == []


def test_every_state_of_the_table_can_be_entered_or_is_where_a_delivery_begins():
    entered = {new for _old, new in MOVES} | {"waiting", "ready"}
    assert entered == set(DELIVERY_STATES)


def test_every_move_is_between_states_that_the_table_knows():
    assert {state for move in MOVES for state in move} <= set(DELIVERY_STATES)


async def test_no_check_and_no_trigger_of_sqlite_makes_a_table_of_words(store: Store):
    """For three words and more behind IN it would, with each statement or even each row."""
    if not store.is_sqlite:
        pytest.skip("PostgreSQL makes none")
    async with store.read() as tx:
        wanted = sa.text("SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'trigger')")
        told = {row.name: row.sql for row in await tx.execute(wanted)}
    assert {"deliveries", "deliveries_move", "audit_delivery_steps"} <= set(told)
    assert [name for name, sql in told.items() if _LONG_LIST.search(sql or "")] == []


async def test_what_postgresql_reads_with_each_statement_is_short(store: Store):
    """It parses a check and the condition of a trigger word by word, and a list has many."""
    if store.is_sqlite:
        pytest.skip("SQLite parses them once")
    tables = "conrelid = ANY (ARRAY['releases', 'deliveries', 'attempts', 'ledger', 'audit']::regclass[])"
    asked = f"SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND {tables}"
    conditions = (
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'deliveries'::regclass"
    )
    async with store.read() as tx:
        told = dict((await tx.execute(sa.text(f"{asked} UNION ALL {conditions}"))).all())
    assert {"ck_deliveries_state_word", "deliveries_move"} <= set(told)
    assert [name for name, text in told.items() if text.count("'::") + text.count(" OR ") > 8] == []


SCHEMA = "SELECT name, sql FROM sqlite_schema ORDER BY 1, 2"
POSTGRESQLS_SCHEMA = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'
    UNION ALL SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname, pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = CAST('public' AS regnamespace)
    ORDER BY 1, 2"""


IN_OTHER_WORDS = ("0067_checks_without_tables", "0068_read_less_each_time", "0070_leaner_guards")


@pytest.mark.parametrize("first", IN_OTHER_WORDS)
async def test_what_is_said_in_other_words_goes_back_and_comes_again(store: Store, first: str):
    names = IN_OTHER_WORDS[IN_OTHER_WORDS.index(first) :]
    steps = [import_module(f"server.store.migrations.versions.{name}") for name in names]
    schema = sa.text(SCHEMA if store.is_sqlite else POSTGRESQLS_SCHEMA)

    def moved(connection: sa.Connection, *moves: Callable[[], None]) -> list[sa.Row[tuple[str, str]]]:
        with Operations.context(MigrationContext.configure(connection)):
            for move in moves:
                move()
        return list(connection.execute(schema).all())

    async with store.begin() as tx:
        before = list((await tx.execute(schema)).all())
        back = await tx.run_sync(moved, *(step.downgrade for step in reversed(steps)))
        again = await tx.run_sync(moved, *(step.upgrade for step in steps))
    assert back != before
    assert again == before
