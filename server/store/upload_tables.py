"""The table of uploads: what a platform said about a picture that went up to an account."""

import sqlalchemy as sa

from server.store.columns import moment_column, text_column
from server.store.metadata import metadata

upload = sa.Table(
    "uploads",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    text_column("value"),
    moment_column("kept_at"),
)
