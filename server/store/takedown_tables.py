"""Takedowns: until when a post must be gone, the proof that it is, and what becomes of older ones."""

import sqlalchemy as sa

from server.store.columns import among, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import FATES

# One row for each delivery that a withdrawal or a newer post told to come down, whoever takes it down. The
# time is kept here and not counted anew: a later release clears the type of the withdrawal behind it.
takedown = sa.Table(
    "takedowns",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    moment_column("decided_at"),
    moment_column("due_at"),
    moment_column("done_at", nullable=True),
    ref_column("done_by", "people.id", nullable=True),
    text_column("proof", nullable=True),
    sa.Column("picture", sa.String(64), sa.ForeignKey("media.sha256"), nullable=True),
    sa.Column("newer_id", sa.String(16), nullable=True),  # the delivery for which it goes; NULL: withdrawn
    sa.CheckConstraint(
        "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (proof IS NULL)", name="done_whole"
    ),
    sa.CheckConstraint("picture IS NULL OR done_at IS NOT NULL", name="picture_of_proof"),
    sa.Index(
        "ix_takedowns_picture",
        "picture",
        sqlite_where=sa.text("picture IS NOT NULL"),
        postgresql_where=sa.text("picture IS NOT NULL"),
    ),
    sa.Index(
        "ix_takedowns_newer",
        "newer_id",
        sqlite_where=sa.text("newer_id IS NOT NULL"),
        postgresql_where=sa.text("newer_id IS NOT NULL"),
    ),
)

# What a release decided for an account: the fate of its older posts once the release's own is live.
older_posts = sa.Table(
    "older_posts",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    word_column("fate"),
    among("fate", FATES),
)
