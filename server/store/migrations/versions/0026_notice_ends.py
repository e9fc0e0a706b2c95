"""公示期: until when a notice is shown in full."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "notice_ends",
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("becomes", sa.String(length=24), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("becomes IN ('keep', 'remove')", name=op.f("ck_notice_ends_becomes_word")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_notice_ends_item_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_notice_ends_set_by")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_notice_ends")),
    )
    op.create_index(
        "ix_notice_ends_open",
        "notice_ends",
        ["ends_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("notice_ends")
