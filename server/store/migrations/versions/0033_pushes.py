"""群发: accounts that push by a schedule, their pushes, and the seats in them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "broadcast_plans",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("slots", sa.Text(), nullable=False),
        _moment("set_at"),
        sa.CheckConstraint("kind IN ('subscription', 'service')", name=op.f("ck_broadcast_plans_kind_word")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_broadcast_plans_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_broadcast_plans")),
    )
    op.create_table(
        "pushes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        _moment("slot_at"),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        _moment("due_at", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        _moment("sent_at", nullable=True),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        _moment("created_at"),
        _moment("changed_at"),
        sa.CheckConstraint(
            "state IN ('open', 'fixed', 'sent', 'done', 'failed')", name=op.f("ck_pushes_state_word")
        ),
        sa.CheckConstraint(
            "place >= 1 AND ((length(period) = 10 AND place <= 1) OR (length(period) = 7 AND place <= 4))",
            name=op.f("ck_pushes_place_within_quota"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'done') OR job IS NOT NULL", name=op.f("ck_pushes_sent_has_job")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_pushes_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
    )
    standing = sa.text("state <> 'failed'")
    op.create_index(
        "uq_pushes_place", "pushes", ["account_id", "period", "place"], unique=True,
        sqlite_where=standing, postgresql_where=standing,
    )  # fmt: skip
    under_way = sa.text("state IN ('open', 'fixed', 'sent')")
    op.create_index("ix_pushes_due", "pushes", ["due_at"], sqlite_where=under_way, postgresql_where=under_way)
    op.create_index("ix_pushes_account", "pushes", ["account_id", "slot_at"])
    op.create_index("ix_pushes_job", "pushes", ["account_id", "job"])
    op.create_table(
        "push_articles",
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("push_id", sa.String(length=16), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.CheckConstraint("seat BETWEEN 1 AND 8", name=op.f("ck_push_articles_at_most_eight")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_push_articles_delivery_id")
        ),
        sa.ForeignKeyConstraint(["push_id"], ["pushes.id"], name=op.f("fk_push_articles_push_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_push_articles")),
        sa.UniqueConstraint("push_id", "seat", name=op.f("uq_push_articles_push_id_seat")),
    )


def downgrade() -> None:
    op.execute("UPDATE deliveries SET gate = 'time' WHERE gate = 'quota'")
    op.drop_table("push_articles")
    op.drop_table("pushes")
    op.drop_table("broadcast_plans")
