"""Guards of SQLite that look at a row once it stands, and smaller indexes of what an account has under way.

A trigger that comes before a row makes SQLite read and hold it once more. What it refuses is undone either way,
and the words are the same. Nobody asks for an account's deliveries by any state, only for the few in three.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "0070"
down_revision: str | None = "0068"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_GUARDS: Final = (
    "deliveries_move",
    "deliveries_proved_absent",
    "attempts_end_once",
    "practice_deliveries_insert",
    "practice_never_counts_insert",
)

# Name: columns, which rows, and how they are spread, in the words of 0017.
_INDEXES: Final[Mapping[str, tuple[list[str], str, str]]] = {
    "ix_deliveries_sending": (["account_id", "item_id"], "state = 'sending'", "100 10 1"),
    "ix_deliveries_waiting": (["account_id", "gate"], "state = 'waiting'", "1000 100 50"),
}


def upgrade() -> None:
    op.drop_index("ix_deliveries_account_state", table_name="deliveries")
    for name, (columns, where, spread) in _INDEXES.items():
        held = sa.text(where)
        op.create_index(name, "deliveries", columns, sqlite_where=held, postgresql_where=held)
        _tell_spread(name, spread)
    _put_guards("BEFORE", "AFTER")


def downgrade() -> None:
    _put_guards("AFTER", "BEFORE")
    for name in _INDEXES:
        op.drop_index(name, table_name="deliveries")
    op.create_index("ix_deliveries_account_state", "deliveries", ["account_id", "state"])
    _tell_spread("ix_deliveries_account_state", "400000 50000 25000")


def _put_guards(old: str, new: str) -> None:
    """Write the guards of SQLite anew, with another word for when they look."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    for name in _GUARDS:
        wanted = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = :name")
        told: str = connection.execute(wanted, {"name": name}).scalar_one()
        op.execute(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(told.replace(f" {old} ", f" {new} ", 1))


def _tell_spread(index: str, spread: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        put = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('deliveries', :idx, :stat)")
        connection.execute(put, {"idx": index, "stat": spread})
        op.execute("ANALYZE sqlite_schema")  # take it in
