"""The item as which an organ's report of a year goes out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "report_items",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_report_items_org_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_report_items_item_id")),
        sa.PrimaryKeyConstraint("org_id", "year", name=op.f("pk_report_items")),
    )


def downgrade() -> None:
    op.drop_table("report_items")
