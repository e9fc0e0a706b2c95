"""Documents that must be interpreted, and what was seen of the links between pages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "obligations",
        sa.Column("source_id", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("live_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_by", sa.String(length=16), nullable=True),
        sa.Column("likeness", sa.Integer(), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by", sa.String(length=16), nullable=True),
        sa.Column("waived_reason", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(met_at IS NULL) = (met_by IS NULL)", name=op.f("ck_obligations_met_by_something")
        ),
        sa.CheckConstraint(
            "(waived_at IS NULL) = (waived_reason IS NULL)", name=op.f("ck_obligations_waived_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["items.id"], name=op.f("fk_obligations_source_id")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_obligations_org_id")),
        sa.ForeignKeyConstraint(["met_by"], ["items.id"], name=op.f("fk_obligations_met_by")),
        sa.ForeignKeyConstraint(["waived_by"], ["people.id"], name=op.f("fk_obligations_waived_by")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_obligations")),
    )
    op.create_index("ix_obligations_live", "obligations", ["live_on", "org_id"])
    op.create_index(
        "ix_obligations_open",
        "obligations",
        ["due_on"],
        sqlite_where=sa.text("met_at IS NULL AND waived_at IS NULL"),
        postgresql_where=sa.text("met_at IS NULL AND waived_at IS NULL"),
    )
    op.create_table(
        "link_checks",
        sa.Column("interpretation_id", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.String(length=16), nullable=False),
        sa.Column("both_live", sa.Boolean(), nullable=False),
        sa.Column("forward", sa.Boolean(), nullable=False),
        sa.Column("backward", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interpretation_id"], ["items.id"], name=op.f("fk_link_checks_interpretation_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["items.id"], name=op.f("fk_link_checks_source_id")),
        sa.PrimaryKeyConstraint("interpretation_id", "source_id", name=op.f("pk_link_checks")),
    )
    op.create_index("ix_link_checks_source", "link_checks", ["source_id"])
