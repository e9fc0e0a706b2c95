"""The migrations and the tables say the same, on both engines."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from server.core.states import MOVES
from server.store.tables import metadata
from server.store.tx import Store
from server.store.words import DELIVERY_STATES


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
