"""When an organ was last called upon for its year's figures."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "filing_reminders",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=False),
        sa.Column("reminded_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_filing_reminders_org_id")),
        sa.ForeignKeyConstraint(["reminded_by"], ["people.id"], name=op.f("fk_filing_reminders_reminded_by")),
        sa.PrimaryKeyConstraint("org_id", "year", "reminded_on", name=op.f("pk_filing_reminders")),
    )


def downgrade() -> None:
    op.drop_table("filing_reminders")
