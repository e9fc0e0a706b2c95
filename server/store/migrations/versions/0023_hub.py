"""The hub: subscriptions to feeds, and what somebody asked for and has not confirmed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "hub_subscriptions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("since", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("told", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=False),
        sa.Column("due_at", moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hub_subscriptions")),
    )
    op.create_index(op.f("ix_hub_subscriptions_due"), "hub_subscriptions", ["due_at"])
    op.create_index(op.f("ix_hub_subscriptions_expires"), "hub_subscriptions", ["expires_at"])
    op.create_index(op.f("ix_hub_subscriptions_host"), "hub_subscriptions", ["host"])
    op.create_index(op.f("ix_hub_subscriptions_topic"), "hub_subscriptions", ["topic", "wanted"])
    op.create_table(
        "hub_intents",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=24), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("lease_seconds", sa.Integer(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode IN ('subscribe', 'unsubscribe')", name=op.f("ck_hub_intents_mode_word")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hub_intents")),
    )
    op.create_index(op.f("ix_hub_intents_due"), "hub_intents", ["due_at"])
    op.create_index(op.f("ix_hub_intents_host"), "hub_intents", ["host"])


def downgrade() -> None:
    op.drop_table("hub_intents")
    op.drop_table("hub_subscriptions")
