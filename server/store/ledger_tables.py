"""The tables of what is counted: the ledger, and its counters by day and by month."""

import sqlalchemy as sa

from server.store.columns import among, id_column, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import COUNTED_AS, LINES

FIRST = "line = 'counted' AND restates IS NULL"
BACK = "line IN ('moved', 'restated')"
AGAIN = "line = 'counted' AND restates IS NOT NULL"

ledger = sa.Table(
    "ledger",
    metadata,
    id_column(),
    word_column("line"),
    ref_column("item_id", "items.id"),
    sa.Column("channel", sa.String(24), nullable=False),  # a word of COUNTED_AS, or 'item'
    ref_column("org_id", "orgs.id"),
    word_column("kind"),
    sa.Column("column", sa.String(64), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    ref_column("delivery_id", "deliveries.id"),
    moment_column("written_at"),
    text_column("reason", nullable=True),
    # Of the delivery, kept here so that counting by them joins nothing; '' is an item without a topic.
    sa.Column("topic", sa.Text, nullable=False, server_default=""),
    sa.Column("account_id", sa.String(16), nullable=False, server_default=""),
    # Who issued the item with its organ, as the sheet has them (JSON); '' where its organ did alone.
    sa.Column("joint", sa.Text, nullable=False, server_default=""),
    # The counted line that this one takes back, or in whose place it counts an earlier day.
    sa.Column("restates", sa.String(16), nullable=True),
    among("line", LINES),
    among("channel", (*COUNTED_AS, "item")),
    # Counting is exact by this key, not by care: one first-live line per item and channel.
    sa.Index(
        "uq_ledger_first_live",
        "item_id",
        "channel",
        unique=True,
        sqlite_where=sa.text(FIRST),
        postgresql_where=sa.text(FIRST),
    ),
    # And what is counted again at an earlier day was taken back before, once.
    sa.Index(
        "uq_ledger_taken_back",
        "restates",
        unique=True,
        sqlite_where=sa.text(BACK),
        postgresql_where=sa.text(BACK),
    ),
    sa.Index(
        "uq_ledger_counted_again",
        "restates",
        unique=True,
        sqlite_where=sa.text(AGAIN),
        postgresql_where=sa.text(AGAIN),
    ),
    # The rows behind a figure, page by page: one channel, one kind of line, in the order of days.
    sa.Index("ix_ledger_rows", "channel", "line", "day", "id"),
    # The same of one topic: nothing else says on which days it has lines.
    sa.Index(
        "ix_ledger_topic",
        "topic",
        "channel",
        "line",
        "day",
        "id",
        sqlite_where=sa.text("topic <> ''"),
        postgresql_where=sa.text("topic <> ''"),
    ),
    # And of joint releases, which are few.
    sa.Index(
        "ix_ledger_joint",
        "channel",
        "line",
        "day",
        "id",
        sqlite_where=sa.text("joint <> ''"),
        postgresql_where=sa.text("joint <> ''"),
    ),
    # Those of one organ, which may have one line in many thousands.
    sa.Index("ix_ledger_org", "org_id", "channel", "line", "day", "id"),
    sa.Index("ix_ledger_item", "item_id", "channel"),
)

day_counter = sa.Table(
    "day_counters",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("channel", sa.String(24), primary_key=True),
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("column", sa.String(64), primary_key=True),
    sa.Column("line", sa.String(24), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

# By every side there is. A trigger keeps it, so that no way into the ledger passes it by; the month is that
# of the line's day, as 2026-10.
month_counter = sa.Table(
    "month_counters",
    metadata,
    sa.Column("channel", sa.String(24), primary_key=True),
    sa.Column("line", sa.String(24), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("org_id", sa.String(16), sa.ForeignKey("orgs.id"), primary_key=True),
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("column", sa.String(64), primary_key=True),
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("account_id", sa.String(16), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
