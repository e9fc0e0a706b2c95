"""The tables of imports: which item a file of a batch became, and what was found in it."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column, text_column, word_column
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

# What was found in the file of a draft and waits for its editor's word: a dozen rows for each.
import_mark = sa.Table(
    "import_marks",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    text_column("file"),
    word_column("part"),
    text_column("value"),
    text_column("words"),
    text_column("place"),
    sa.Column("sureness", sa.Integer, nullable=False),
    sa.Column("is_dropped", sa.Boolean, nullable=False),
)
