"""The index behind the rows of a figure; it takes the place of one by day alone that nothing asked."""

from collections.abc import Sequence

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_ledger_rows", "ledger", ["channel", "line", "day", "id"])
    op.drop_index("ix_ledger_day", table_name="ledger")


def downgrade() -> None:
    op.create_index("ix_ledger_day", "ledger", ["day", "channel"])
    op.drop_index("ix_ledger_rows", table_name="ledger")
