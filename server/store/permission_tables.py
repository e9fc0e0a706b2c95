"""The tables of permissions that platforms give for a time: until when, and who is just asking for one."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column
from server.store.metadata import metadata

# One line for each account whose platform tells when its permission ends.
permission = sa.Table(
    "permissions",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    moment_column("until", nullable=True),
    moment_column("checked_at"),
    moment_column("granted_at", nullable=True),
    ref_column("granted_by", "people.id", nullable=True),
)

# A person who was sent to the platform's page; only the digest of what he must bring back is kept.
grant_request = sa.Table(
    "grant_requests",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    ref_column("account_id", "accounts.id"),
    ref_column("person_id", "people.id"),
    sa.Column("back", sa.Text, nullable=False),
    moment_column("ends_at"),
    moment_column("used_at", nullable=True),
    sa.Index("ix_grant_requests_ends", "ends_at"),
)
