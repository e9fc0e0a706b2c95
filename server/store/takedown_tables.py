"""The table of takedowns: until when a post must be gone, and a person's proof that it is."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column, text_column
from server.store.metadata import metadata

# One row for each delivery that a withdrawal told to come down, whoever takes it down. The time is kept here
# and not counted anew: a later release clears the type of the withdrawal from which it was counted.
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
    sa.CheckConstraint(
        "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (proof IS NULL)", name="done_whole"
    ),
    sa.CheckConstraint("picture IS NULL OR done_at IS NOT NULL", name="picture_of_proof"),
)
