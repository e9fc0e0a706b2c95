"""Readers on platforms, and what the platforms told us."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "followings",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("openid", sa.String(length=128), nullable=False),
        sa.Column("column", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_followings_account_id")),
        sa.PrimaryKeyConstraint("account_id", "openid", "column", name=op.f("pk_followings")),
    )
    op.create_table(
        "heard_pushes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_heard_pushes_account_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_heard_pushes")),
    )
    op.create_index("ix_heard_pushes_heard", "heard_pushes", ["heard_at"])
