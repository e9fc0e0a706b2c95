"""The tables of the hub: who is told of which feed, and what somebody asked for and has not confirmed."""

import sqlalchemy as sa

from server.store.columns import among, moment_column, text_column, word_column
from server.store.metadata import metadata

# `told` is the version of the feed that the subscriber took last, `wanted` the one that he is to have.
# A row with `due_at` is the queue: while a delivery is under way it lies ahead, so that a crash repeats it.
hub_subscription = sa.Table(
    "hub_subscriptions",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("topic", sa.String(200), nullable=False),
    text_column("callback"),
    sa.Column("host", sa.String(255), nullable=False),
    text_column("sealed", nullable=True),
    moment_column("since"),
    moment_column("expires_at"),
    sa.Column("told", sa.String(64), nullable=False),
    sa.Column("wanted", sa.String(64), nullable=False),
    moment_column("due_at", nullable=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Index("ix_hub_subscriptions_due", "due_at"),
    sa.Index("ix_hub_subscriptions_expires", "expires_at"),
    sa.Index("ix_hub_subscriptions_host", "host"),
    sa.Index("ix_hub_subscriptions_topic", "topic", "wanted"),
)

# What was asked for and waits for the callback to say that it meant it; a newer request takes its place.
hub_intent = sa.Table(
    "hub_intents",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    word_column("mode"),
    sa.Column("topic", sa.String(200), nullable=False),
    text_column("callback"),
    sa.Column("host", sa.String(255), nullable=False),
    text_column("sealed", nullable=True),
    sa.Column("lease_seconds", sa.Integer, nullable=False),
    moment_column("asked_at"),
    moment_column("due_at"),
    sa.Column("tries", sa.Integer, nullable=False),
    among("mode", ("subscribe", "unsubscribe")),
    sa.Index("ix_hub_intents_due", "due_at"),
    sa.Index("ix_hub_intents_host", "host"),
)
