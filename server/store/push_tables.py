"""The tables of Web Push: browsers that want to be told of what is new, and what is still to be told."""

import sqlalchemy as sa

from server.store.columns import moment_column, text_column
from server.store.metadata import metadata

# All that is kept of a reader: where his browser's maker takes messages for it, and the keys to write them.
push_subscription = sa.Table(
    "push_subscriptions",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    text_column("endpoint"),
    sa.Column("browser_key", sa.String(100), nullable=False),
    sa.Column("browser_secret", sa.String(32), nullable=False),
    sa.Column("keeps_quiet", sa.Boolean, nullable=False),  # nothing at night
    moment_column("since"),
)

push_topic = sa.Table(
    "push_topics",
    metadata,
    sa.Column(
        "key", sa.String(64), sa.ForeignKey("push_subscriptions.key", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("topic", sa.String(80), primary_key=True),
    sa.Index("ix_push_topics_topic", "topic", "key"),
)

# Items that were looked at: each is told of once, when its page first stands.
push_item = sa.Table(
    "push_items",
    metadata,
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    moment_column("seen_at"),
)

# The queue: one row for each browser and item, gone once it was told.
push_note = sa.Table(
    "push_notes",
    metadata,
    sa.Column(
        "key", sa.String(64), sa.ForeignKey("push_subscriptions.key", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("item_id", sa.String(16), sa.ForeignKey("items.id"), primary_key=True),
    moment_column("due_at"),
    moment_column("expires_at"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Index("ix_push_notes_due", "due_at"),
)
