"""Embargoes, marks of urgency and of lateness."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "embargoes",
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_embargoes_item_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_embargoes_set_by")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_embargoes")),
    )
    op.create_table(
        "urgencies",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("marked_by", sa.String(length=16), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_urgencies_release_id")),
        sa.ForeignKeyConstraint(["marked_by"], ["people.id"], name=op.f("fk_urgencies_marked_by")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_urgencies")),
    )
    op.create_table(
        "late_marks",
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_late_marks_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "due_at", name=op.f("pk_late_marks")),
    )
    op.create_index("ix_late_marks_opened", "late_marks", ["opened_at"])
