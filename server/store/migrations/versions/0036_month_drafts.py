"""Drafts of the monthly report."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "month_drafts",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column(
            "figures",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_month_drafts_org_id")),
        sa.PrimaryKeyConstraint("org_id", "month", name=op.f("pk_month_drafts")),
    )
    op.create_index("ix_month_drafts_month", "month_drafts", ["month", "org_id"])


def downgrade() -> None:
    op.drop_index("ix_month_drafts_month", table_name="month_drafts")
    op.drop_table("month_drafts")
