"""What readers are told of a correction, and which item has taken another's place."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_corrections_release_id")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_corrections")),
    )
    op.create_table(
        "replacements",
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("item_id <> by_id", name=op.f("ck_replacements_not_itself")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_replacements_item_id")),
        sa.ForeignKeyConstraint(["by_id"], ["items.id"], name=op.f("fk_replacements_by_id")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_replacements_created_by")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_replacements")),
    )
    op.create_index(op.f("ix_replacements_by_id"), "replacements", ["by_id"])
