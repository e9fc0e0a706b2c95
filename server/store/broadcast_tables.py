"""The tables of WeChat's 群发: which accounts push and when, the pushes, and the articles of each."""

import sqlalchemy as sa

from server.store.columns import among, id_column, moment_column, ref_column, text_column, word_column
from server.store.metadata import metadata
from server.store.words import BROADCAST_KINDS, PUSH_STATES

MOST_ARTICLES = 8
"""So many articles a push carries (channels/wechat/CONTRACT.md §6)."""

# A row is the mode: an account without one publishes each article by itself.
broadcast_plan = sa.Table(
    "broadcast_plans",
    metadata,
    sa.Column("account_id", sa.String(16), sa.ForeignKey("accounts.id"), primary_key=True),
    word_column("kind"),
    text_column("slots"),
    moment_column("set_at"),
    # Somebody pushed by hand: the platform said on this day that nothing more goes.
    sa.Column("used_up_on", sa.Date, nullable=True),
    among("kind", BROADCAST_KINDS),
)

# Invariant 9 is `uq_pushes_place` with `place_within_quota`: a subscription account has one place a day, a
# service account four a month, and only a push that failed leaves its place to another.
push = sa.Table(
    "pushes",
    metadata,
    id_column(),
    ref_column("account_id", "accounts.id"),
    sa.Column("period", sa.String(10), nullable=False),  # 2026-11-30, or 2026-11
    sa.Column("place", sa.Integer, nullable=False),
    moment_column("slot_at"),
    sa.Column("is_urgent", sa.Boolean, nullable=False),
    word_column("state"),
    moment_column("due_at", nullable=True),  # when a worker acts on it next
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("looks", sa.Integer, nullable=False),
    text_column("draft", nullable=True),
    moment_column("sent_at", nullable=True),  # before the first byte of the first call
    text_column("job", nullable=True),
    text_column("told", nullable=True),  # what the platform's event said of its end
    text_column("reason", nullable=True),
    moment_column("created_at"),
    moment_column("changed_at"),
    among("state", PUSH_STATES),
    sa.CheckConstraint(
        "place >= 1 AND ((length(period) = 10 AND place <= 1) OR (length(period) = 7 AND place <= 4))",
        name="place_within_quota",
    ),
    sa.CheckConstraint("state NOT IN ('sent', 'done') OR job IS NOT NULL", name="sent_has_job"),
    sa.Index(
        "uq_pushes_place",
        "account_id",
        "period",
        "place",
        unique=True,
        sqlite_where=sa.text("state <> 'failed'"),
        postgresql_where=sa.text("state <> 'failed'"),
    ),
    sa.Index(
        "ix_pushes_due",
        "due_at",
        sqlite_where=sa.text("state IN ('open', 'fixed', 'sent')"),
        postgresql_where=sa.text("state IN ('open', 'fixed', 'sent')"),
    ),
    sa.Index("ix_pushes_account", "account_id", "slot_at"),
    sa.Index("ix_pushes_job", "account_id", "job"),
)

# `seat` bounds how many there are, `rank` is the order, which an editor may change.
push_article = sa.Table(
    "push_articles",
    metadata,
    sa.Column("delivery_id", sa.String(16), sa.ForeignKey("deliveries.id"), primary_key=True),
    ref_column("push_id", "pushes.id"),
    sa.Column("seat", sa.Integer, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    text_column("link", nullable=True),
    text_column("fault", nullable=True),
    sa.CheckConstraint(f"seat BETWEEN 1 AND {MOST_ARTICLES}", name="at_most_eight"),
    sa.UniqueConstraint("push_id", "seat"),
)
