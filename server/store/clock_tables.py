"""The tables of the clock: days off as an operator entered them."""

import sqlalchemy as sa

from server.store.columns import Json, among, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import CALENDAR_LAYERS

# What an operator entered about days off; the package beneath knows only the years of its release.
calendar_notice = sa.Table(
    "calendar_notices",
    metadata,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=False),
    word_column("layer"),
    text_column("source"),
    sa.Column("years", Json, nullable=False),  # those the notice arranges in full
    ref_column("imported_by", "people.id", nullable=True),  # nobody: from the command line
    moment_column("imported_at"),
    among("layer", CALENDAR_LAYERS),
)

calendar_day = sa.Table(
    "calendar_days",
    metadata,
    sa.Column("layer", sa.String(24), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("worked", sa.Boolean, nullable=False),
    text_column("name"),
    sa.Column("serial", sa.Integer, sa.ForeignKey("calendar_notices.serial"), nullable=False),
    among("layer", CALENDAR_LAYERS),
)
