"""The table of imported files: which item a file of a batch became."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column
from server.store.metadata import metadata

imported_file = sa.Table(
    "imported_files",
    metadata,
    sa.Column("person_id", sa.String(16), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("batch", sa.String(40), primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    ref_column("item_id", "items.id"),
    moment_column("taken_at"),
    sa.Index("ix_imported_files_taken", "taken_at"),
)
