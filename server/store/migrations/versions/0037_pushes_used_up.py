"""The day on which a platform said that an account has no pushes left."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("broadcast_plans", sa.Column("used_up_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("broadcast_plans", "used_up_on")
