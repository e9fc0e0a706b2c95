"""The tables of the site as a whole: its columns, where they stood, and how far its pages follow them."""

import sqlalchemy as sa

from server.store.columns import moment_column, ref_column, text_column
from server.store.metadata import metadata

# 栏目. The slug is what items, lists, feeds and the ledger know a column by; it never changes.
site_column = sa.Table(
    "site_columns",
    metadata,
    sa.Column("slug", sa.String(32), primary_key=True),
    sa.Column("address", sa.String(32), nullable=False, unique=True),  # the folder of its page
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("type", sa.String(80), nullable=False),
    text_column("description"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("in_menu", sa.Boolean, nullable=False),
    ref_column("org_id", "orgs.id", nullable=True),  # who is answerable for it; nobody: the whole office
    sa.Column("silent_days", sa.Integer, nullable=True),  # None: what its type demands
    sa.Column("merged_into", sa.String(32), sa.ForeignKey("site_columns.slug"), nullable=True),
    sa.Column("parent", sa.String(32), nullable=True),  # the column it stands below; never below another
    # Whether any ever stood below it: then its list is looked through at each renewal.
    sa.Column("holds_others", sa.Boolean, nullable=False, server_default=sa.false()),
    moment_column("created_at"),
    sa.CheckConstraint("silent_days IS NULL OR silent_days BETWEEN 1 AND 3660", name="silent_days_bounds"),
    sa.CheckConstraint("merged_into IS NULL OR merged_into <> slug", name="merged_into_another"),
    sa.CheckConstraint("merged_into IS NULL OR NOT is_open", name="merged_is_closed"),
)

# Every folder and every slug that ever belonged to a column: nobody else gets it, so that no link breaks.
column_address = sa.Table(
    "column_addresses",
    metadata,
    sa.Column("address", sa.String(32), primary_key=True),
    sa.Column("slug", sa.String(32), sa.ForeignKey("site_columns.slug"), nullable=False),
)

# Counts the changes, so that two people do not overwrite each other and each process knows of them.
column_book = sa.Table(
    "column_books",
    metadata,
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    moment_column("changed_at"),
    sa.CheckConstraint("slot = 1", name="one_row"),
)

# The menus that stand at platforms, each with the change of columns that it was made by.
put_menu = sa.Table(
    "put_menus",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    moment_column("put_at"),
)

# The pages follow a change of columns step by step: which change is wanted, and how far it has come.
site_renewal = sa.Table(
    "site_renewals",
    metadata,
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("wanted", sa.Integer, nullable=False),
    moment_column("wanted_at"),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("stage", sa.String(24), nullable=False),
    text_column("after"),
    sa.Column("written", sa.Integer, nullable=False),
    sa.CheckConstraint("slot = 1", name="one_row"),
)
