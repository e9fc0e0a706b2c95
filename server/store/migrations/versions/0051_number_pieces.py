"""A piece of a document's number is found without a walk through all numbers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0051"
down_revision: str | None = "0050"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FILL = """
    WITH RECURSIVE rest (serial, number, start) AS (
        SELECT serial, number, 1 FROM catalogue_lines WHERE number <> ''
        UNION ALL
        SELECT serial, number, start + 1 FROM rest WHERE start < length(number)
    )
    INSERT INTO catalogue_number_pieces (piece, serial)
    SELECT substr(number, start), serial FROM rest
"""


def upgrade() -> None:
    op.create_table(
        "catalogue_number_pieces",
        sa.Column(
            "piece",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("piece", "serial", name=op.f("pk_catalogue_number_pieces")),
    )
    op.create_index(op.f("ix_catalogue_number_pieces_serial"), "catalogue_number_pieces", ["serial"])
    op.execute(FILL)


def downgrade() -> None:
    op.drop_table("catalogue_number_pieces")
