"""Of what was held against a list: since when it is live, so that nobody has to look through the archive."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Whatever is live has a line from now on; one that was never held against a list counts as held against none.
FILL = """
    INSERT INTO archive_checks (item_id, content_hash, serial, blocking, words, checked_at, live_at)
    SELECT r.item_id, v.content_hash, 0, 0, '', max(d.live_at), max(d.live_at)
    FROM deliveries d JOIN releases r ON r.id = d.release_id JOIN revisions v ON v.id = r.revision_id
    WHERE r.state = 'live' AND d.channel = 'website' AND d.state = 'live'
    GROUP BY r.item_id, v.content_hash
    ON CONFLICT (item_id) DO UPDATE SET live_at = excluded.live_at"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column(
        "archive_checks", sa.Column("live_at", moment, nullable=False, server_default="1970-01-01 00:00:00")
    )
    op.execute(sa.text(FILL))
    with op.batch_alter_table("archive_checks") as table:
        table.alter_column("live_at", server_default=None)
    op.create_index("ix_archive_checks_serial", "archive_checks", ["serial", "item_id"])
    op.create_index("ix_archive_checks_live", "archive_checks", ["live_at"])


def downgrade() -> None:
    op.drop_index("ix_archive_checks_live", "archive_checks")
    op.drop_index("ix_archive_checks_serial", "archive_checks")
    op.drop_column("archive_checks", "live_at")
