"""The tables of corrections: what readers are told of one, and which item has taken another's place."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column, text_column
from server.store.metadata import metadata

# 更正说明: a public sentence on a major release after the first.
correction = sa.Table(
    "corrections",
    metadata,
    sa.Column("release_id", sa.String(16), sa.ForeignKey("releases.id"), primary_key=True),
    text_column("note"),
)

# 取代: an item has one successor at most; a successor may stand for several.
replacement = sa.Table(
    "replacements",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    ref_column("by_id", "items.id", index=True),
    ref_column("created_by", "people.id"),
    moment_column("created_at"),
    sa.CheckConstraint("item_id <> by_id", name="not_itself"),
)
