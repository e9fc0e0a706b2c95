"""For which of a few reasons an item was withdrawn."""

from collections.abc import Sequence

from alembic import op

revision: str = "0046"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = "withdrawn_as IN ('wrong', 'expired', 'privacy', 'duplicate', 'other')"


def upgrade() -> None:
    # The check stands in the column itself: SQLite adds no constraint to a table that exists, and to make
    # the table anew would drop the triggers that keep practice apart.
    name = "ck_items_withdrawn_as_word"
    op.execute(f"ALTER TABLE items ADD COLUMN withdrawn_as VARCHAR(24) CONSTRAINT {name} CHECK ({_WORDS})")


def downgrade() -> None:
    op.drop_column("items", "withdrawn_as")
