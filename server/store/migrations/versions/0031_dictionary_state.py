"""The number of the word list's newest change, in a row of its own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "dictionary_state",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot = 1", name=op.f("ck_dictionary_state_one_row")),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_dictionary_state")),
    )
    bind = op.get_bind()
    given = [
        bind.execute(sa.text(statement)).scalar_one()
        for statement in (
            "SELECT coalesce(max(serial), 0) FROM dictionary",
            "SELECT coalesce(max(serial), 0) FROM planned_checks",
            "SELECT coalesce(max(serial % 1000000), 0) FROM archive_checks",  # behind the program's own number
        )
    ]
    if any(given):  # one more than was ever given: what a removal hid until now is asked again, once
        bind.execute(
            sa.text("INSERT INTO dictionary_state (slot, serial) VALUES (1, :serial)"),
            {"serial": max(given) + 1},
        )


def downgrade() -> None:
    op.drop_table("dictionary_state")
