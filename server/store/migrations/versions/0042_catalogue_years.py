"""The years of the catalogue by an index: every search offers them, and read each line to find them.

Revision ID: 0042
Revises: 0041
"""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_index("ix_catalogue_lines_year", "catalogue_lines", ["year", "published_at", "item_id"])


def downgrade() -> None:
    op.drop_index("ix_catalogue_lines_year", "catalogue_lines")
