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
from server.store.tables import metadata
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


async def test_words_held_by_comparisons_go_back_to_lists_and_come_again(store: Store):
    step = import_module("server.store.migrations.versions.0067_checks_without_tables")
    schema = sa.text("SELECT name, sql FROM sqlite_schema ORDER BY name")
    if not store.is_sqlite:
        schema = sa.text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'deliveries' ORDER BY 1"
        )

    def moved(connection: sa.Connection, move: Callable[[], None]) -> list[sa.Row[tuple[str, str]]]:
        with Operations.context(MigrationContext.configure(connection)):
            move()
        return list(connection.execute(schema).all())

    async with store.begin() as tx:
        before = list((await tx.execute(schema)).all())
        back = await tx.run_sync(moved, step.downgrade)
        again = await tx.run_sync(moved, step.upgrade)
    assert back != before
    assert again == before
