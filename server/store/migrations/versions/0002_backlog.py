"""The backlog of an account in the order of waiting."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SENDABLE = sa.text("state IN ('ready', 'retry_wait')")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_backlog",
        "deliveries",
        ["account_id", "changed_at", "id"],
        sqlite_where=_SENDABLE,
        postgresql_where=_SENDABLE,
    )
