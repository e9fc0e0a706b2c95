"""Until when a withdrawn post must be gone, and a person's proof that it is."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0050"
down_revision: str | None = "0049"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    made = op.create_table(
        "takedowns",
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=16), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (proof IS NULL)",
            name=op.f("ck_takedowns_done_whole"),
        ),
        sa.CheckConstraint(
            "picture IS NULL OR done_at IS NOT NULL", name=op.f("ck_takedowns_picture_of_proof")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_takedowns_delivery_id")),
        sa.ForeignKeyConstraint(["done_by"], ["people.id"], name=op.f("fk_takedowns_done_by")),
        sa.ForeignKeyConstraint(["picture"], ["media.sha256"], name=op.f("fk_takedowns_picture")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_takedowns")),
    )
    _give_terms(op.get_bind(), made)


def _give_terms(connection: sa.Connection, takedowns: sa.Table) -> None:
    """Give what is coming down now its time, counted as it is from now on."""
    item = sa.table(
        "items",
        sa.column("id"),
        sa.column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.column("withdrawn_as"),
    )
    delivery = sa.table(
        "deliveries", sa.column("id"), sa.column("item_id"), sa.column("state"),
        sa.column("changed_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    coming_down = connection.execute(
        sa.select(delivery.c.id, delivery.c.changed_at, item.c.withdrawn_at, item.c.withdrawn_as)
        .join(item, item.c.id == delivery.c.item_id)
        .where(delivery.c.state.in_(("withdrawing", "withdraw_by_hand")))
    )
    rows = []
    for one in coming_down.all():
        decided = one.withdrawn_at or one.changed_at
        term = timedelta(hours=2 if one.withdrawn_as == "privacy" else 24)
        rows.append({"delivery_id": one.id, "decided_at": decided, "due_at": decided + term})
    if rows:
        connection.execute(takedowns.insert(), rows)


def downgrade() -> None:
    op.drop_table("takedowns")
