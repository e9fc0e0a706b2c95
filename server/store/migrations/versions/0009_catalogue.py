"""The public catalogue with its index of words, and what has changed for readers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LIVE = """
INSERT INTO page_changes (item_id, changed_at, serial, is_read)
SELECT item_id, max(changed_at), 1, {false} FROM deliveries
WHERE channel = 'website' AND state IN ('live', 'withdrawn') GROUP BY item_id
"""


def upgrade() -> None:
    op.create_table(
        "page_changes",
        sa.Column("item_id", sa.String(16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_page_changes_item_id"),
        sa.PrimaryKeyConstraint("item_id", name="pk_page_changes"),
    )
    op.create_index("ix_page_changes_changed", "page_changes", ["changed_at", "item_id"])
    op.create_index(
        "ix_page_changes_unread",
        "page_changes",
        ["changed_at"],
        sqlite_where=sa.text("NOT is_read"),
        postgresql_where=sa.text("NOT is_read"),
    )
    op.create_table(
        "catalogue_lines",
        sa.Column("serial", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.String(16), nullable=False),
        sa.Column("release_id", sa.String(16), nullable=False),
        sa.Column("org_id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("column", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(60), nullable=True),
        sa.Column("statutory", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_catalogue_lines_item_id"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_catalogue_lines_release_id"),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name="fk_catalogue_lines_org_id"),
        sa.PrimaryKeyConstraint("serial", name="pk_catalogue_lines"),
        sa.UniqueConstraint("item_id", name="uq_catalogue_lines_item_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_catalogue_lines_published", "catalogue_lines", ["published_at", "item_id"])
    op.create_index("ix_catalogue_lines_org", "catalogue_lines", ["org_id", "published_at"])
    op.create_index("ix_catalogue_lines_topic", "catalogue_lines", ["topic", "published_at"])
    if op.get_bind().dialect.name == "sqlite":
        # Without content: the words alone, by the serial of their line.
        op.execute(
            "CREATE VIRTUAL TABLE catalogue_words USING fts5"
            "(title, body, content='', detail=column, tokenize='unicode61 remove_diacritics 0')"
        )
        op.execute(_LIVE.format(false="0"))
    else:
        op.execute(
            "CREATE TABLE catalogue_words (serial integer PRIMARY KEY"
            " REFERENCES catalogue_lines (serial) ON DELETE CASCADE,"
            " title tsvector NOT NULL, body tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_catalogue_words_title ON catalogue_words USING gin (title)")
        op.execute("CREATE INDEX ix_catalogue_words_body ON catalogue_words USING gin (body)")
        op.execute(_LIVE.format(false="false"))


def downgrade() -> None:
    op.execute("DROP TABLE catalogue_words")
    op.drop_table("catalogue_lines")
    op.drop_table("page_changes")
