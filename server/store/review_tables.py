"""The tables of the review: word lists, what files say, waivers of findings."""

import sqlalchemy as sa

from server.store.columns import Json, among, id_column, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import SEVERITIES, TEXT_STATES, WORD_KINDS, WORD_PLACES

# 词库: what an office wants found in its texts. `serial` grows with every change, so that a look over the
# archive knows whether anything is new to it.
dictionary = sa.Table(
    "dictionary",
    metadata,
    id_column(),
    sa.Column("word", sa.String(60), nullable=False),
    sa.Column("place", sa.String(24), nullable=False),
    word_column("kind"),
    sa.Column("right_form", sa.String(120), nullable=False),
    sa.Column("context", sa.String(300), nullable=False),
    word_column("severity"),
    sa.Column("note", sa.String(200), nullable=False),
    sa.Column("serial", sa.Integer, nullable=False),
    ref_column("changed_by", "people.id", nullable=True),  # nobody: from the command line
    moment_column("changed_at"),
    among("place", WORD_PLACES),
    among("kind", WORD_KINDS),
    among("severity", SEVERITIES),
    sa.UniqueConstraint("word", "place"),
    sa.Index("ix_dictionary_serial", "serial"),
)

media_text = sa.Table(
    "media_texts",
    metadata,
    sa.Column("sha256", sa.String(64), sa.ForeignKey("media.sha256"), primary_key=True),
    word_column("state"),
    sa.Column("pieces", Json, nullable=False),
    moment_column("read_at"),
    among("state", TEXT_STATES),
)

# 忽略并说明: a finding of one content that somebody answers for. Another content has no waivers.
waiver = sa.Table(
    "waivers",
    metadata,
    id_column(),
    ref_column("item_id", "items.id"),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("finding", sa.String(16), nullable=False),
    sa.Column("rule", sa.String(64), nullable=False),
    word_column("severity"),
    text_column("words"),
    text_column("reason"),
    ref_column("waived_by", "people.id"),
    moment_column("waived_at"),
    ref_column("seconded_by", "people.id", nullable=True),
    moment_column("seconded_at", nullable=True),
    among("severity", SEVERITIES),
    sa.UniqueConstraint("item_id", "content_hash", "finding"),
    # 一事两人: whoever seconds a waiver is not the one who asks for it.
    sa.CheckConstraint("seconded_by IS NULL OR seconded_by <> waived_by", name="second_is_another"),
    sa.CheckConstraint("(seconded_by IS NULL) = (seconded_at IS NULL)", name="seconded_once"),
)
