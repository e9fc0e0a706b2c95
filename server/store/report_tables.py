"""The tables of the yearly report: what people enter, snapshots of a year, how far each organ is."""

import sqlalchemy as sa

from server.store.columns import (
    Json,
    among,
    id_column,
    moment_column,
    ref_column,
    text_column,
    word_column,
)
from server.store.metadata import metadata
from server.store.words import FILING_STATES

# Figures of a report that the ledger does not have (requests, reviews, fees; years before the system): a
# person enters them, they never change, the newest of a key stands. Kept apart from what is proved.
declared_figure = sa.Table(
    "declared_figures",
    metadata,
    id_column(),
    ref_column("org_id", "orgs.id"),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("key", sa.String(160), nullable=False),
    sa.Column("value", sa.String(32), nullable=False),  # a number in digits, or «/»
    text_column("source"),
    ref_column("entered_by", "people.id", nullable=True),
    moment_column("entered_at"),
    sa.Index("ix_declared_figures_org_year", "org_id", "year", "key"),
)

# The figures of a year, frozen. Its rows are the ledger lines of its organs and days until `taken_at`.
snapshot = sa.Table(
    "snapshots",
    metadata,
    id_column(),
    ref_column("org_id", "orgs.id"),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("org_ids", Json, nullable=False),
    sa.Column("figures", Json, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    text_column("reason", nullable=True),
    ref_column("taken_by", "people.id", nullable=True),
    moment_column("taken_at"),
    sa.UniqueConstraint("org_id", "year", "number"),
    # A restatement says why.
    sa.CheckConstraint("number = 1 OR reason IS NOT NULL", name="restated_with_reason"),
    # Each line that is written asks for the newest one of its year.
    sa.Index("ix_snapshots_year", "year", "taken_at"),
)

# The item as which an organ's report of a year goes out: one, however often it is asked for.
report_item = sa.Table(
    "report_items",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    ref_column("item_id", "items.id"),
    moment_column("created_at"),
)

# How far an organ's report of a year is; the rows of organs that have not begun are missing.
filing = sa.Table(
    "filings",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    word_column("state"),
    text_column("reason", nullable=True),
    ref_column("snapshot_id", "snapshots.id", nullable=True),
    ref_column("changed_by", "people.id", nullable=True),
    moment_column("changed_at"),
    among("state", FILING_STATES),
    sa.CheckConstraint("state = 'draft' OR snapshot_id IS NOT NULL", name="submitted_has_snapshot"),
)

# The figures of an organ's month as they were when the draft of its report was made; one for each month.
month_draft = sa.Table(
    "month_drafts",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("figures", Json, nullable=False),
    moment_column("drafted_at"),
    sa.Index("ix_month_drafts_month", "month", "org_id"),
)

# That an organ was called upon for the figures of a year, once a day at most however often somebody does it.
filing_reminder = sa.Table(
    "filing_reminders",
    metadata,
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("reminded_on", sa.Date, primary_key=True),
    ref_column("reminded_by", "people.id", nullable=True),
)
