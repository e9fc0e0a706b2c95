"""Days on which an office thinks over what it posts, as it keeps them itself."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "sensitive_days",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("weight", sa.String(length=24), nullable=False),
        sa.Column("noted_by", sa.String(length=16), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_sensitive_days_in_order")),
        sa.CheckConstraint("weight IN ('note', 'warning')", name=op.f("ck_sensitive_days_weight_word")),
        sa.ForeignKeyConstraint(["noted_by"], ["people.id"], name=op.f("fk_sensitive_days_noted_by")),
        sa.PrimaryKeyConstraint("first_day", "last_day", "reason", name=op.f("pk_sensitive_days")),
    )
    op.create_index("ix_sensitive_days_last", "sensitive_days", ["last_day"])


def downgrade() -> None:
    op.drop_table("sensitive_days")
