"""Channel templates of single columns."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "'any', 'policy', 'interpretation', 'news', 'notice', 'response'"


def upgrade() -> None:
    op.create_table(
        "column_templates",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("column", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_column_templates_kind_word")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_column_templates_org_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_column_templates_account_id")),
        sa.PrimaryKeyConstraint("org_id", "column", "kind", "account_id", name=op.f("pk_column_templates")),
    )


def downgrade() -> None:
    op.drop_table("column_templates")
