"""What is not public yet is found without walking through the archive."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = sa.text("published_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_items_unpublished", "items", ["created_at"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def downgrade() -> None:
    op.drop_index("ix_items_unpublished", table_name="items")
