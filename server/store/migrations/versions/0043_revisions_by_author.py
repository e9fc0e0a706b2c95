"""Find what somebody wrote without walking through the archive."""

from collections.abc import Sequence

from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_revisions_author", "revisions", ["created_by", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_revisions_author", table_name="revisions")
