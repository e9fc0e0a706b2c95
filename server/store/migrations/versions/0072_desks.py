"""Find what was decided on a version by it, and what is approved and not released, without walking through either."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0072"
down_revision: str | None = "0070"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_approvals_revision", "approvals", ["revision_id"])
    held = sa.text("state = 'approved'")
    op.create_index(
        "ix_revisions_approved", "revisions", ["item_id"], sqlite_where=held, postgresql_where=held
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":  # how it is spread, in the words of 0017: a few rows, one an item
        put = sa.text(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('revisions', 'ix_revisions_approved', '100 1')"
        )
        connection.execute(put)
        op.execute("ANALYZE sqlite_schema")  # take it in


def downgrade() -> None:
    op.drop_index("ix_revisions_approved", table_name="revisions")
    op.drop_index("ix_approvals_revision", table_name="approvals")
