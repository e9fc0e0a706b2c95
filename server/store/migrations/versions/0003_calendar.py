"""Days off and days made up, as an operator enters them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "calendar_notices",
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("layer", sa.String(length=24), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("years", _JSON, nullable=False),
        sa.Column("imported_by", sa.String(length=16), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("layer IN ('national', 'local')", name=op.f("ck_calendar_notices_layer_word")),
        sa.ForeignKeyConstraint(["imported_by"], ["people.id"], name=op.f("fk_calendar_notices_imported_by")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_calendar_notices")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("layer", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.CheckConstraint("layer IN ('national', 'local')", name=op.f("ck_calendar_days_layer_word")),
        sa.ForeignKeyConstraint(
            ["serial"], ["calendar_notices.serial"], name=op.f("fk_calendar_days_serial")
        ),
        sa.PrimaryKeyConstraint("layer", "day", name=op.f("pk_calendar_days")),
    )
