"""Web Push: browsers that want to be told, of what, and what is still to be told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "push_subscriptions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("browser_key", sa.String(length=100), nullable=False),
        sa.Column("browser_secret", sa.String(length=32), nullable=False),
        sa.Column("keeps_quiet", sa.Boolean(), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_push_subscriptions")),
    )
    op.create_table(
        "push_topics",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["push_subscriptions.key"], name=op.f("fk_push_topics_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "topic", name=op.f("pk_push_topics")),
    )
    op.create_index(op.f("ix_push_topics_topic"), "push_topics", ["topic", "key"])
    op.create_table(
        "push_items",
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_push_items_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_push_items")),
    )
    op.create_table(
        "push_notes",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["push_subscriptions.key"], name=op.f("fk_push_notes_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_push_notes_item_id")),
        sa.PrimaryKeyConstraint("key", "item_id", name=op.f("pk_push_notes")),
    )
    op.create_index(op.f("ix_push_notes_due"), "push_notes", ["due_at"])


def downgrade() -> None:
    for table in ("push_notes", "push_items", "push_topics", "push_subscriptions"):
        op.drop_table(table)
