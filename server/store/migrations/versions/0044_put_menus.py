"""Menus that stand at platforms, and by which change of columns each was made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "put_menus",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_put_menus_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_put_menus")),
    )


def downgrade() -> None:
    op.drop_table("put_menus")
