"""Find every list that holds an item without walking through all lines of the site."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_places_item", "places", ["item_id", "account_id"])


def downgrade() -> None:
    op.drop_index("ix_places_item", table_name="places")
