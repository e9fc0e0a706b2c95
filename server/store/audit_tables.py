"""The tables of the audit: lines that are only ever added, and the head of the chain that seals them.

Triggers of the migration keep the lines as they are on both engines, and write one for each step of a
delivery that a machine takes: no way into the table of deliveries passes them by.
"""

import sqlalchemy as sa

from server.store.columns import Json, among, moment_column, text_column, word_column
from server.store.metadata import metadata

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # only INTEGER counts up by itself there

# No foreign keys: a line outlives what it names.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Serial, primary_key=True, autoincrement=True),
    moment_column("at"),
    sa.Column("verb", sa.String(40), nullable=False),
    word_column("actor"),
    sa.Column("who_id", sa.String(64), nullable=True),
    text_column("who"),
    sa.Column("token_id", sa.String(16), nullable=True),
    sa.Column("address", sa.String(64), nullable=True),
    sa.Column("request_id", sa.String(64), nullable=True),
    sa.Column("org_id", sa.String(16), nullable=True),
    sa.Column("item_id", sa.String(16), nullable=True),
    sa.Column("revision_id", sa.String(16), nullable=True),
    sa.Column("release_id", sa.String(16), nullable=True),
    sa.Column("delivery_id", sa.String(16), nullable=True),
    sa.Column("account_id", sa.String(16), nullable=True),
    sa.Column("details", Json, nullable=False),
    sa.Column("place", Serial, nullable=True, unique=True),  # in the chain, once it is sealed
    sa.Column("digest", sa.String(64), nullable=True),
    among("actor", ("person", "robot", "operator", "stranger")),
    sa.CheckConstraint("(place IS NULL) = (digest IS NULL)", name="sealed_whole"),
    sa.Index("ix_audit_at", "at", "id"),
    sa.Index("ix_audit_item", "item_id", "id"),
    sa.Index(
        "ix_audit_people",
        "who_id",
        "at",
        "id",
        sqlite_where=sa.text("actor <> 'robot'"),
        postgresql_where=sa.text("actor <> 'robot'"),
    ),
    sa.Index(
        "ix_audit_unsealed",
        "id",
        sqlite_where=sa.text("place IS NULL"),
        postgresql_where=sa.text("place IS NULL"),
    ),
)

# One row: whoever seals holds it, and nobody else waits for it.
audit_head = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", Serial, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.CheckConstraint("id = 1", name="only_one"),
)
