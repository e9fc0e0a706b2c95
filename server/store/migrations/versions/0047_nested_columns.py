"""Columns that stand below another one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0047"
down_revision: str | None = "0046"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("site_columns", sa.Column("parent", sa.String(length=32), nullable=True))
    op.add_column(
        "site_columns",
        sa.Column("holds_others", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("site_columns", "holds_others")
    op.drop_column("site_columns", "parent")
