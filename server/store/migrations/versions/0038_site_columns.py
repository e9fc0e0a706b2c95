"""Columns of the site, where they have stood, and how far its pages follow them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "site_columns",
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("in_menu", sa.Boolean(), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=True),
        sa.Column("silent_days", sa.Integer(), nullable=True),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "silent_days IS NULL OR silent_days BETWEEN 1 AND 3660",
            name=op.f("ck_site_columns_silent_days_bounds"),
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR merged_into <> slug", name=op.f("ck_site_columns_merged_into_another")
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR NOT is_open", name=op.f("ck_site_columns_merged_is_closed")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_site_columns_org_id")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["site_columns.slug"], name=op.f("fk_site_columns_merged_into")
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_site_columns")),
        sa.UniqueConstraint("address", name=op.f("uq_site_columns_address")),
    )
    op.create_table(
        "column_addresses",
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("slug", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["site_columns.slug"], name=op.f("fk_column_addresses_slug")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_column_addresses")),
    )
    op.create_table(
        "column_books",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slot = 1", name=op.f("ck_column_books_one_row")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_column_books")),
    )
    op.create_table(
        "site_renewals",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot = 1", name=op.f("ck_site_renewals_one_row")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_site_renewals")),
    )


def downgrade() -> None:
    op.drop_table("site_renewals")
    op.drop_table("column_books")
    op.drop_table("column_addresses")
    op.drop_table("site_columns")
