"""Our own pages that are wrong, and how far the nightly look has come."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "page_checks",
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_page_checks_delivery_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_page_checks_item_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_page_checks")),
    )
    op.create_table(
        "page_rounds",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.CheckConstraint("slot = 1", name=op.f("ck_page_rounds_one_row")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_page_rounds")),
    )


def downgrade() -> None:
    op.drop_table("page_rounds")
    op.drop_table("page_checks")
