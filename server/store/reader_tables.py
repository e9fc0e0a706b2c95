"""The tables of readers on platforms: which columns they follow, and what the platforms told us already."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column
from server.store.metadata import metadata

# All that is kept of a reader: the platform's name for him, and only while he follows a column.
following = sa.Table(
    "followings",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("openid", sa.String(128), primary_key=True),
    sa.Column("column", sa.String(64), primary_key=True),
    moment_column("since"),
)

# Pushes of a platform that were acted upon; it repeats what was not answered in time.
heard_push = sa.Table(
    "heard_pushes",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    ref_column("account_id", "accounts.id"),
    moment_column("heard_at"),
    sa.Index("ix_heard_pushes_heard", "heard_at"),
)
