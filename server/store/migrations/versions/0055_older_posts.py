"""What becomes of the posts of earlier versions once a newer one is live on the same account."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0055"
down_revision: str | None = "0053"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "older_posts",
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("fate", sa.String(length=24), nullable=False),
        sa.CheckConstraint("fate IN ('keep', 'take_down')", name=op.f("ck_older_posts_fate_word")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_older_posts_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_older_posts")),
    )
    op.add_column("takedowns", sa.Column("newer_id", sa.String(length=16), nullable=True))
    held = sa.text("newer_id IS NOT NULL")
    op.create_index("ix_takedowns_newer", "takedowns", ["newer_id"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("ix_takedowns_newer", table_name="takedowns")
    op.drop_column("takedowns", "newer_id")
    op.drop_table("older_posts")
