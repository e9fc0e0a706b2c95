"""Who brought a stored file and when, and which items use it: how long it stays, and who may have it."""

import sqlalchemy as sa

from server.store.columns import moment_column
from server.store.metadata import metadata

# A row goes once its term is over: from then on only what uses a file keeps it.
media_bringer = sa.Table(
    "media_bringers",
    metadata,
    sa.Column("sha256", sa.String(64), sa.ForeignKey("media.sha256"), primary_key=True),
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    moment_column("brought_at"),  # the last time; keeping an unsaved text with the file is one more
    sa.Index("ix_media_bringers_brought", "brought_at"),
)

# A row for each item of which any version, or any proof of a delivery, has the file. It never goes.
media_use = sa.Table(
    "media_uses",
    metadata,
    sa.Column("sha256", sa.String(64), sa.ForeignKey("media.sha256"), primary_key=True),
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
)
