"""The tables of the reading side: what changed for readers, and the public catalogue."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata

# What has changed for readers, an item at most once: what a phone asks for, and what the catalogue must read.
page_change = sa.Table(
    "page_changes",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    moment_column("changed_at"),
    sa.Column("serial", sa.Integer, nullable=False),
    sa.Column("is_read", sa.Boolean, nullable=False),  # whether the catalogue has taken it in
    sa.Index("ix_page_changes_changed", "changed_at", "item_id"),
    sa.Index(
        "ix_page_changes_unread",
        "changed_at",
        sqlite_where=sa.text("NOT is_read"),
        postgresql_where=sa.text("NOT is_read"),
    ),
)

# 公开目录: a line for each item that stands on the website, made from what its page says. `catalogue_words`,
# the index of its words, is each engine's own and stands in server/store/search.py.
catalogue_line = sa.Table(
    "catalogue_lines",
    metadata,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
    ref_column("item_id", "items.id", unique=True),
    ref_column("release_id", "releases.id"),
    ref_column("org_id", "orgs.id"),
    word_column("kind"),
    sa.Column("column", sa.String(64), nullable=False),
    sa.Column("topic", sa.String(60), nullable=True),
    sa.Column("statutory", sa.String(64), nullable=False),  # kinds of 条例 Art. 20 as ",1,11,"
    sa.Column("year", sa.Integer, nullable=False),  # in Beijing
    sa.Column("number", sa.String(60), nullable=False),  # 文号 as a search compares it
    moment_column("published_at"),
    text_column("title"),  # as a search compares it
    text_column("text"),  # likewise: title, number, index number, keywords, overview and body
    sa.Index("ix_catalogue_lines_published", "published_at", "item_id"),
    sa.Index("ix_catalogue_lines_org", "org_id", "published_at"),
    sa.Index("ix_catalogue_lines_year", "year", "published_at", "item_id"),
    sa.Index("ix_catalogue_lines_topic", "topic", "published_at"),
    sqlite_autoincrement=True,  # a serial is never given twice: old words of a line may outlive it
)

# A document's number from each of its signs on: whatever piece of it somebody asks for, one of these begins
# with it. In the order of the signs' codes on both engines, or a range would mean something else on one.
number_piece = sa.Table(
    "catalogue_number_pieces",
    metadata,
    sa.Column(
        "piece", sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql"), primary_key=True
    ),
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False, index=True),
)

# The same item in the other language: a row for each of the two, so that each finds the other by its key.
twin = sa.Table(
    "twins",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    sa.Column("other_id", sa.String(16), sa.ForeignKey("items.id"), nullable=False, unique=True),
    moment_column("paired_at"),
    sa.CheckConstraint("item_id <> other_id", name="not_itself"),
)

# Addresses that have moved, those of a former site above all, each with where it leads now.
moved_address = sa.Table(
    "moved_addresses",
    metadata,
    sa.Column("address", sa.String(500), primary_key=True),  # path and query, as a browser asks for it
    sa.Column("target", sa.String(500), nullable=False, index=True),
    moment_column("noted_at"),
)
