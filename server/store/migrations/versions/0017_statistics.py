"""Tell SQLite how a full archive is spread, before there is one.

Without statistics it takes every equality for rare. It then searches deliveries by state and places by account,
which is nearly all of them, and publishing costs more with every item that was published before. PostgreSQL
keeps statistics by itself. An operator's own ANALYZE puts the real figures in place of these.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Of each table, its indexes by their columns: rows, then how many have the same first column, the same first
# two, and so on (the words of sqlite_stat1). An archive of 100 000 items on two accounts.
SPREAD: dict[str, dict[tuple[str, ...], str]] = {
    "items": {
        ("id",): "100000 1",
        ("index_number",): "100000 1",
        ("org_id", "created_at"): "100000 5000 1",
        ("withdrawn_at",): "1000 1",
    },
    "revisions": {
        ("id",): "110000 1",
        ("item_id", "number"): "110000 2 1",
        ("item_id",): "100 1",
    },
    "releases": {
        ("id",): "110000 1",
        ("item_id", "number"): "110000 2 1",
        ("item_id",): "100000 1",
    },
    "deliveries": {
        ("id",): "400000 1",
        ("release_id", "account_id"): "400000 4 1",
        ("item_id", "account_id"): "400000 4 1",
        ("state", "due_at"): "400000 100000 50000",
        ("account_id", "state"): "400000 50000 25000",
        ("account_id", "live_at"): "400000 50000 1",
        ("account_id", "changed_at", "id"): "100 10 1 1",
    },
    "attempts": {
        ("id",): "450000 1",
        ("delivery_id", "number"): "450000 2 1",
        ("delivery_id",): "10 1",
    },
    "places": {
        ("account_id", "list_key", "ordinal"): "1000000 300000 20000 1",
        ("account_id", "list_key", "item_id"): "1000000 300000 20000 1",
        ("item_id", "account_id"): "1000000 10 5",
    },
    "place_lists": {("account_id", "list_key"): "400 200 1"},
    "stale_pages": {("delivery_id",): "10 1"},
    "page_changes": {
        ("item_id",): "100000 1",
        ("changed_at", "item_id"): "100000 2 1",
        ("changed_at",): "10 1",
    },
    "followups": {
        ("interpretation_id", "source_id"): "10000 2 1",
        ("source_id",): "10000 2",
    },
    "ledger": {
        ("id",): "500000 1",
        ("item_id", "channel"): "500000 5 1",
        ("channel", "line", "day", "id"): "500000 100000 90000 100 1",
    },
    "accounts": {("id",): "20 1", ("slug",): "20 1"},
}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    connection.execute(sa.text("ANALYZE alembic_version"))  # it makes the table of statistics
    put = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)")
    for table, spread in SPREAD.items():
        connection.execute(sa.text("DELETE FROM sqlite_stat1 WHERE tbl = :tbl"), {"tbl": table})
        for index in connection.execute(sa.text(f"PRAGMA index_list({table})")).all():
            told = connection.execute(sa.text(f"PRAGMA index_info({index.name})")).all()
            stat = spread.get(tuple(column.name for column in told))
            if stat is not None:
                connection.execute(put, {"tbl": table, "idx": index.name, "stat": stat})
    connection.execute(sa.text("ANALYZE sqlite_schema"))  # take them in


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("DELETE FROM sqlite_stat1"))
        connection.execute(sa.text("ANALYZE sqlite_schema"))
