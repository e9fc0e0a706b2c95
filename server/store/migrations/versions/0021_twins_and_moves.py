"""Items in two languages, and addresses that have moved."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "twins",
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("other_id", sa.String(length=16), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("item_id <> other_id", name=op.f("ck_twins_not_itself")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_twins_item_id")),
        sa.ForeignKeyConstraint(["other_id"], ["items.id"], name=op.f("fk_twins_other_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_twins")),
        sa.UniqueConstraint("other_id", name=op.f("uq_twins_other_id")),
    )
    op.create_table(
        "moved_addresses",
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_moved_addresses")),
    )
    op.create_index(op.f("ix_moved_addresses_target"), "moved_addresses", ["target"])


def downgrade() -> None:
    op.drop_table("moved_addresses")
    op.drop_table("twins")
