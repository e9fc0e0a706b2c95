"""Reports: figures that a person enters, snapshots of a year, and how far each organ's report is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "declared_figures",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.String(length=16), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_declared_figures_entered_by")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_declared_figures_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_figures")),
    )
    op.create_index(
        "ix_declared_figures_org_year", "declared_figures", ["org_id", "year", "key"], unique=False
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("org_ids", _JSON, nullable=False),
        sa.Column("figures", _JSON, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("taken_by", sa.String(length=16), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number = 1 OR reason IS NOT NULL", name=op.f("ck_snapshots_restated_with_reason")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_snapshots_org_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["people.id"], name=op.f("fk_snapshots_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("org_id", "year", "number", name=op.f("uq_snapshots_org_id_year_number")),
    )
    op.create_table(
        "filings",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("snapshot_id", sa.String(length=16), nullable=True),
        sa.Column("changed_by", sa.String(length=16), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state = 'draft' OR snapshot_id IS NOT NULL", name=op.f("ck_filings_submitted_has_snapshot")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'accepted', 'closed')", name=op.f("ck_filings_state_word")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_filings_changed_by")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_filings_org_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_filings_snapshot_id")),
        sa.PrimaryKeyConstraint("org_id", "year", name=op.f("pk_filings")),
    )


def downgrade() -> None:
    op.drop_table("filings")
    op.drop_table("snapshots")
    op.drop_index("ix_declared_figures_org_year", table_name="declared_figures")
    op.drop_table("declared_figures")
