"""Whether a stored file still says who made it; those of old forms do."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OLD_FORMS = (
    "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    "application/vnd.ms-works", "application/x-et", "application/ofd",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("media", sa.Column("makers", sa.String(length=8), nullable=True))
    media = sa.table("media", sa.column("mime", sa.String), sa.column("makers", sa.String))
    op.execute(media.update().where(media.c.mime.in_(_OLD_FORMS)).values(makers="kept"))


def downgrade() -> None:
    op.drop_column("media", "makers")
