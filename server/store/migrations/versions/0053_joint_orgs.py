"""The ledger keeps who issued an item together with its organ, and finds the lines of one organ by themselves.

Whoever writes a line asks for the newest snapshot of its year, which has an index of its own. Until now no item named anybody, so that no line has to be told.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0053"
down_revision: str | None = "0052"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("joint", sa.Text(), nullable=False, server_default=""))
    held = sa.text("joint <> ''")
    op.create_index(
        "ix_ledger_joint", "ledger", ["channel", "line", "day", "id"], sqlite_where=held,
        postgresql_where=held,
    )  # fmt: skip
    op.create_index("ix_ledger_org", "ledger", ["org_id", "channel", "line", "day", "id"])
    op.create_index("ix_snapshots_year", "snapshots", ["year", "taken_at"])


def downgrade() -> None:
    """Go back; who issued an item together with its organ stays in its versions."""
    op.drop_index("ix_snapshots_year", table_name="snapshots")
    op.drop_index("ix_ledger_org", table_name="ledger")
    op.drop_index("ix_ledger_joint", table_name="ledger")
    op.drop_column("ledger", "joint")
